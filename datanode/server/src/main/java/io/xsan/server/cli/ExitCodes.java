package io.xsan.server.cli;

import io.xsan.base.ErrorCode;

/** Exit codes of {@code xsan}, so that scripts can tell what to do next. */
public final class ExitCodes {
    /** Wrong arguments, or a value out of what is allowed. */
    static final int USAGE = 2;

    /** A file of this host cannot be used. */
    static final int FILE = 8;

    private ExitCodes() {}

    /** The exit code of an error. */
    public static int of(ErrorCode code) {
        return switch (code) {
            case OK -> 0;
            case INVALID_PARAM, UNSUPPORTED -> USAGE;
            case NOT_FOUND, VOLUME_NOT_FOUND -> 3;
            case ALREADY_EXISTS, CONFLICT -> 4;
            case BUSY, NOMEM, CLUSTER_NOT_READY, NOT_OWNER, SESSION_DROPPED -> 5;
            case NODE_UNREACHABLE, NETWORK_TIMEOUT, MAYBE_APPLIED -> 6;
            case PERMISSION_DENIED, IDENTITY_MISMATCH, EPOCH_FENCED -> 7;
            case CONSENSUS_FAILED, BLOCK_CORRUPTED, DEVICE_FAILED, READ_FAILED, WRITE_FAILED -> 1;
            case INSUFFICIENT_SPACE -> 9;
        };
    }
}
