package io.xsan.frontend.nbd;

import io.xsan.base.ErrorCode;

/** Errors of XSAN as errors of NBD: the one place where they are translated. */
final class NbdErrors {
    static final int EPERM = 1;
    static final int EIO = 5;
    static final int ENOMEM = 12;
    static final int EINVAL = 22;
    static final int ENOSPC = 28;
    static final int EOVERFLOW = 75;
    static final int ENOTSUP = 95;
    static final int ESHUTDOWN = 108;

    private NbdErrors() {}

    /** The NBD error of {@code code}, 0 for OK. */
    static int of(ErrorCode code) {
        return switch (code) {
            case OK -> 0;
            case NOMEM, BUSY -> ENOMEM;
            case INVALID_PARAM, NOT_FOUND, ALREADY_EXISTS, CONFLICT -> EINVAL;
            case PERMISSION_DENIED -> EPERM;
            case UNSUPPORTED -> ENOTSUP;
            case INSUFFICIENT_SPACE -> ENOSPC;
            case MAYBE_APPLIED, NODE_UNREACHABLE, CLUSTER_NOT_READY, CONSENSUS_FAILED -> EIO;
            case BLOCK_CORRUPTED, DEVICE_FAILED, READ_FAILED, WRITE_FAILED -> EIO;
            case NETWORK_TIMEOUT -> EIO;
            case IDENTITY_MISMATCH, EPOCH_FENCED, NOT_OWNER, SESSION_DROPPED -> ESHUTDOWN;
            case VOLUME_NOT_FOUND -> ESHUTDOWN;
        };
    }

    /** The option reply for an export that could not be opened. */
    static int optionReplyOf(ErrorCode code) {
        return switch (code) {
            case OK, NOT_FOUND, VOLUME_NOT_FOUND -> NbdLayout.REP_ERR_UNKNOWN;
            case PERMISSION_DENIED, CONFLICT, ALREADY_EXISTS, BUSY -> NbdLayout.REP_ERR_POLICY;
            case INVALID_PARAM, UNSUPPORTED -> NbdLayout.REP_ERR_INVALID;
            case NOMEM, MAYBE_APPLIED, NODE_UNREACHABLE -> NbdLayout.REP_ERR_SHUTDOWN;
            case CLUSTER_NOT_READY, CONSENSUS_FAILED, NETWORK_TIMEOUT -> NbdLayout.REP_ERR_SHUTDOWN;
            case IDENTITY_MISMATCH, EPOCH_FENCED, NOT_OWNER -> NbdLayout.REP_ERR_SHUTDOWN;
            case SESSION_DROPPED, BLOCK_CORRUPTED, DEVICE_FAILED -> NbdLayout.REP_ERR_SHUTDOWN;
            case INSUFFICIENT_SPACE, READ_FAILED, WRITE_FAILED -> NbdLayout.REP_ERR_SHUTDOWN;
        };
    }
}
