package io.xsan.server.shard;

import io.xsan.store.StoreStatus;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A device of this node at one moment; immutable. {@code reason} says why it does not work, empty
 * if it does; {@code store} is what is on it, empty unless it was opened in this life of the node;
 * {@code storeId} is 0 if it is not known.
 */
public record DeviceStatus(
        Path path,
        String type,
        String role,
        State state,
        String reason,
        long storeId,
        Optional<StoreStatus> store) {
    /** How a device is. */
    public enum State {
        /** It works. */
        GOOD,
        /** It failed a write or a sync, or could not be read at the start: it is not used. */
        FAILED,
        /** It was not there at the start, or nothing was on it: it is not used. */
        MISSING
    }
}
