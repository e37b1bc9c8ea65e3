package io.xsan.store.format;

import io.xsan.base.Check;
import io.xsan.base.ClusterId;
import io.xsan.base.Pages;

/**
 * What a device is: written at format, twice, never changed. Copy 0 is at offset 0, copy 1 in the
 * last whole page of the device.
 */
public record Superblock(
        ClusterId cluster,
        int node,
        DeviceRole role,
        long storeId,
        long deviceId,
        long deviceBytes,
        int segmentBytes,
        int segmentCount) {
    /** Where the first segment starts; what is before it, but for copy 0, is unused. */
    public static final long SEGMENTS_OFFSET = 1 << 20;

    /** Checks ranges and that the segments fit. */
    public Superblock {
        Check.that(node > 0, "node", node);
        Check.that(storeId > 0 && deviceId > 0, "store and device ids", storeId, deviceId);
        Check.that(isPossible(deviceBytes, segmentBytes, segmentCount), "geometry", deviceBytes);
    }

    /** True if so many segments of that size fit on the device. */
    static boolean isPossible(long deviceBytes, int segmentBytes, int segmentCount) {
        return Pages.isAligned(deviceBytes)
                && Pages.isAligned(segmentBytes)
                && segmentBytes >= 8 * Pages.PAGE_BYTES
                && segmentBytes <= 1 << 30
                && segmentCount >= 1
                && SEGMENTS_OFFSET + (long) segmentCount * segmentBytes
                        <= deviceBytes - Pages.PAGE_BYTES;
    }

    /** Segments of {@code segmentBytes} that fit on a device. */
    public static int segmentsOn(long deviceBytes, int segmentBytes) {
        long room = Pages.floor(deviceBytes) - Pages.PAGE_BYTES - SEGMENTS_OFFSET;
        return (int) Math.min(Integer.MAX_VALUE, Math.max(0, room / segmentBytes));
    }

    /** Where a copy (0 or 1) stands on a device. */
    public static long copyOffset(int copy, long deviceBytes) {
        return copy == 0 ? 0 : Pages.floor(deviceBytes) - Pages.PAGE_BYTES;
    }

    /** Pages of a segment. */
    public int segmentPages() {
        return segmentBytes / Pages.PAGE_BYTES;
    }

    /** Offset on the device of a page of a segment. */
    public long offset(int segment, int page) {
        return SEGMENTS_OFFSET + (long) segment * segmentBytes + (long) page * Pages.PAGE_BYTES;
    }

    /** Number of a page of a segment, counted over all segments. */
    public long place(int segment, int page) {
        return (long) segment * segmentPages() + page;
    }

    /** Offset on the device of a place. */
    public long offsetOfPlace(long place) {
        return SEGMENTS_OFFSET + place * Pages.PAGE_BYTES;
    }

    /** Segment of a place. */
    public int segmentOf(long place) {
        return (int) (place / segmentPages());
    }
}
