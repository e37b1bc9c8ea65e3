package io.xsan.store;

import io.xsan.base.ErrorCode;

/** Receives the end of a store operation. */
@FunctionalInterface
public interface StoreListener {
    /**
     * {@code op} has ended with {@code status}: OK, or INSUFFICIENT_SPACE, BLOCK_CORRUPTED,
     * NOT_FOUND (the component was dropped), DEVICE_FAILED. May come from within the call that
     * queued it. The op is the listener's again.
     */
    void onStoreDone(StoreOp op, ErrorCode status);
}
