package io.xsan.store;

import org.jspecify.annotations.Nullable;

/**
 * The store's own write of a component's CREATE record as it is now, or of the DROP record of a
 * dropped one, so that the segment that holds the present one can be freed.
 */
final class StateOp extends StoreOp {
    /** The dropped component, for a DROP record. */
    @Nullable ComponentKey droppedKey;

    StateOp(StoreListener listener) {
        super(listener);
    }
}
