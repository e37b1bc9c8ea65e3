package io.xsan.meta.heartbeat;

import io.xsan.base.Check;
import io.xsan.base.NodeId;

/**
 * What a node tells of itself. {@code sequence} grows with each heartbeat of an incarnation; {@code
 * usableBytes} and {@code freeBytes} are those of its store, 0 without one.
 */
public record HeartbeatReport(
        NodeId node,
        long incarnation,
        long sequence,
        DiskHealth disks,
        long usableBytes,
        long freeBytes) {
    /** Checks ranges. */
    public HeartbeatReport {
        Check.that(incarnation > 0 && sequence > 0, "heartbeat", incarnation, sequence);
        Check.that(usableBytes >= 0 && freeBytes >= 0, "space", usableBytes, freeBytes);
    }

    /** Used share of what is usable, in percent, 0 to 100. */
    public int usedPercent() {
        if (usableBytes == 0) {
            return 0;
        }
        double used = (double) (usableBytes - Math.min(usableBytes, freeBytes));
        return (int) (100 * used / usableBytes);
    }
}
