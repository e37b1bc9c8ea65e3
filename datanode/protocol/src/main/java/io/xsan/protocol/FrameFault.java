package io.xsan.protocol;

/** Why bytes are not a frame. Each of them ends the connection. */
public enum FrameFault {
    /** No fault. */
    NONE,
    /** Not our protocol. */
    WRONG_MAGIC,
    /** A version that this program does not speak. */
    WRONG_VERSION,
    /** An unknown kind of frame. */
    UNKNOWN_KIND,
    /** The header's checksum does not match. */
    HEADER_CORRUPT,
    /** The payload's checksum, or a page's, does not match. */
    PAYLOAD_CORRUPT,
    /** A length, offset or flag out of range or not matching the kind. */
    BAD_LENGTH,
    /** The frame names another cluster. */
    WRONG_CLUSTER,
    /** The frame names another sender or receiver than those of the connection. */
    WRONG_IDENTITY,
    /** More requests than credits were given for. */
    NO_CREDIT,
    /** A frame that the state of the connection does not allow. */
    WRONG_STATE
}
