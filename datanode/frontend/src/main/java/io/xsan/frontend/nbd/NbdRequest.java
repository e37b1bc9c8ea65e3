package io.xsan.frontend.nbd;

import org.jspecify.annotations.Nullable;

/** One request of a client from its header to its reply; used again for others. */
final class NbdRequest {
    /** Link of the list of free requests. */
    @Nullable NbdRequest nextFree;

    int command;
    int flags;
    long cookie;
    long offsetBytes;
    long lengthBytes;

    /** Bytes from the start that were handed to the engine. */
    long issuedBytes;

    /** Parts in the engine. */
    int parts;

    /** First error found, as NBD numbers it; 0 for none. */
    int error;

    /** True once the header of a simple reply has been sent. */
    boolean hasHeaderSent;

    /** True once nothing more of it will be handed to the engine. */
    boolean isIssued;

    void begin(int command, int flags, long cookie) {
        this.command = command;
        this.flags = flags;
        this.cookie = cookie;
        issuedBytes = 0;
        parts = 0;
        error = 0;
        hasHeaderSent = false;
        isIssued = false;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    long remainingBytes() {
        return lengthBytes - issuedBytes;
    }

    boolean isDone() {
        return isIssued && parts == 0;
    }

    /** Keeps the first error. */
    void fail(int nbdError) {
        if (error == 0) {
            error = nbdError;
        }
    }
}
