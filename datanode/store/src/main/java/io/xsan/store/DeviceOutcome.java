package io.xsan.store;

import io.xsan.base.ErrorCode;

/** How opening or formatting a device ended. */
public sealed interface DeviceOutcome {
    /** The store is recovered and serves. */
    record Opened(LogStore store) implements DeviceOutcome {}

    /** Nothing is on the device: it may be formatted. */
    record Blank() implements DeviceOutcome {}

    /** The device is formatted and may be opened. */
    record Formatted(long storeId) implements DeviceOutcome {}

    /** The device is not used: whose it is, or what is wrong. Nothing was written to it. */
    record Refused(ErrorCode code, String reason) implements DeviceOutcome {}

    /** Receives the end, once, on the shard; may be called from within the call. */
    @FunctionalInterface
    interface Listener {
        /** Takes the outcome. */
        void onDeviceDone(DeviceOutcome outcome);
    }
}
