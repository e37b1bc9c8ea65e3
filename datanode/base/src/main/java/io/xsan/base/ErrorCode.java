package io.xsan.base;

/**
 * Every error that XSAN tells a caller. Numbers are stable: 1-99 general, 100-199 cluster, 200-299
 * storage, 300-399 I/O. A code exists only if some caller reacts to it.
 */
public enum ErrorCode {
    /** Success. */
    OK(0),
    /** A memory pool is exhausted. */
    NOMEM(1),
    /** An argument or a setting is out of what is allowed. */
    INVALID_PARAM(2),
    /** What was named does not exist. */
    NOT_FOUND(3),
    /** What should be created exists with other properties. */
    ALREADY_EXISTS(4),
    /** The state of what was named does not allow the request now. */
    CONFLICT(5),
    /** The outcome is not known: the request may have been applied. Repeat it, it is idempotent. */
    MAYBE_APPLIED(6),
    /** The caller's certificate does not allow the request. */
    PERMISSION_DENIED(7),
    /** A named limit is reached; try again later. */
    BUSY(8),
    /** This program does not support the request. */
    UNSUPPORTED(9),
    /** A node does not answer. */
    NODE_UNREACHABLE(100),
    /** The metadata group has no leader, or the cluster is not formed. */
    CLUSTER_NOT_READY(101),
    /** The metadata refused or could not decide. */
    CONSENSUS_FAILED(102),
    /** The message names another identity (cluster, component, generation, incarnation). */
    IDENTITY_MISMATCH(103),
    /** The message is of an older epoch than the receiver has seen. */
    EPOCH_FENCED(104),
    /** This node does not own the volume. */
    NOT_OWNER(105),
    /** The session was replaced by a newer one. */
    SESSION_DROPPED(106),
    /** No such volume. */
    VOLUME_NOT_FOUND(200),
    /** Checksums do not match and no good copy was found. */
    BLOCK_CORRUPTED(201),
    /** No space is left for the write, or for the volume. */
    INSUFFICIENT_SPACE(202),
    /** A device failed. */
    DEVICE_FAILED(203),
    /** A read failed. */
    READ_FAILED(300),
    /** A write failed. */
    WRITE_FAILED(301),
    /** No answer in time. */
    NETWORK_TIMEOUT(302);

    private static final ErrorCode[] BY_NUMBER = index();

    private final int number;

    ErrorCode(int number) {
        this.number = number;
    }

    /** The stable number. */
    public int number() {
        return number;
    }

    /** The name as the specification writes it, such as {@code XSAN_ERROR_NOMEM}. */
    public String symbol() {
        return this == OK ? "XSAN_OK" : "XSAN_ERROR_" + name();
    }

    /** The code of a number; {@link #INVALID_PARAM} for one that this program does not know. */
    public static ErrorCode of(int number) {
        ErrorCode code = number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
        return code == null ? INVALID_PARAM : code;
    }

    private static ErrorCode[] index() {
        ErrorCode[] all = new ErrorCode[400];
        for (ErrorCode code : values()) {
            all[code.number] = code;
        }
        return all;
    }
}
