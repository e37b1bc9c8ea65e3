package io.xsan.store;

import io.xsan.base.Check;
import io.xsan.base.ClusterId;
import io.xsan.base.Pages;
import io.xsan.store.format.DeviceRole;

/**
 * What a store is to be.
 *
 * @param cluster the cluster whose device this is
 * @param node the datanode whose device this is
 * @param role what the device serves for
 * @param segmentBytes size of a segment, for format; whole pages, 64 KiB to 256 MiB
 * @param limits bounds of its work
 */
public record StoreConfig(
        ClusterId cluster, int node, DeviceRole role, int segmentBytes, Limits limits) {
    /** Size of a segment unless configured. */
    public static final int SEGMENT_BYTES_DEFAULT = 32 << 20;

    /** Checks ranges. */
    public StoreConfig {
        Check.that(node > 0, "node", node);
        Check.that(
                segmentBytes >= 64 << 10
                        && segmentBytes <= 256 << 20
                        && Pages.isAligned(segmentBytes),
                "segment bytes",
                segmentBytes);
    }
}
