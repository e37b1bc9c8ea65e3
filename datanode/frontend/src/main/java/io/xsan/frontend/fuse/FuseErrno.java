package io.xsan.frontend.fuse;

import io.xsan.base.ErrorCode;

/** The errno that a kernel is told, as a positive number. */
enum FuseErrno {
    NONE(0),
    EPERM(1),
    EIO(5),
    EAGAIN(11),
    ENOMEM(12),
    EBUSY(16),
    ENODEV(19),
    EINVAL(22),
    ENOSPC(28),
    ENOSYS(38),
    EPROTO(71),
    EOPNOTSUPP(95),
    ESHUTDOWN(108);

    private final int number;

    FuseErrno(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    static FuseErrno of(ErrorCode code) {
        return switch (code) {
            case OK -> NONE;
            case NOMEM -> ENOMEM;
            case INVALID_PARAM -> EINVAL;
            case PERMISSION_DENIED -> EPERM;
            case BUSY -> EBUSY;
            case UNSUPPORTED -> EOPNOTSUPP;
            case INSUFFICIENT_SPACE -> ENOSPC;
            case NOT_FOUND, VOLUME_NOT_FOUND -> ENODEV;
            case SESSION_DROPPED, NOT_OWNER -> ESHUTDOWN;
            case ALREADY_EXISTS,
                    CONFLICT,
                    MAYBE_APPLIED,
                    NODE_UNREACHABLE,
                    CLUSTER_NOT_READY,
                    CONSENSUS_FAILED,
                    IDENTITY_MISMATCH,
                    EPOCH_FENCED,
                    BLOCK_CORRUPTED,
                    DEVICE_FAILED,
                    READ_FAILED,
                    WRITE_FAILED,
                    NETWORK_TIMEOUT ->
                    EIO;
        };
    }
}
