package io.xsan.meta.heartbeat;

/**
 * A heartbeat datagram. Little-endian.
 *
 * <pre>
 *   0        4       5      6      8            24          32        40          48        56      72
 *   | magic  |version|health| node | cluster id | incarnation| sequence| usable   | free    | MAC   |
 * </pre>
 *
 * The MAC is the first 16 bytes of HMAC-SHA256 over bytes 0 to 55; it stands for a checksum too.
 */
final class HeartbeatLayout {
    /** "XSHB". */
    static final int MAGIC = 0x42485358;

    static final int VERSION = 1;
    static final int MAGIC_OFFSET = 0;
    static final int VERSION_OFFSET = 4;
    static final int HEALTH_OFFSET = 5;
    static final int NODE_OFFSET = 6;
    static final int CLUSTER_HIGH_OFFSET = 8;
    static final int CLUSTER_LOW_OFFSET = 16;
    static final int INCARNATION_OFFSET = 24;
    static final int SEQUENCE_OFFSET = 32;
    static final int USABLE_OFFSET = 40;
    static final int FREE_OFFSET = 48;
    static final int MAC_OFFSET = 56;
    static final int MAC_BYTES = 16;
    static final int FRAME_BYTES = MAC_OFFSET + MAC_BYTES;

    private HeartbeatLayout() {}
}
