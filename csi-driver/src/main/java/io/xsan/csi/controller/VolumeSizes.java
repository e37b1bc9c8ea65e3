package io.xsan.csi.controller;

import io.grpc.Status;
import io.xsan.csi.rpc.Failures;
import io.xsan.csi.v1.CapacityRange;

/** Sizes of volumes: whole MiB where the range allows, else whole pages. */
final class VolumeSizes {
    static final long PAGE_BYTES = 4096;
    static final long MOST_BYTES = 64L << 40;

    private static final long DEFAULT_BYTES = 1L << 30;
    private static final long MIB_BYTES = 1L << 20;

    private VolumeSizes() {}

    /** The size for a range, rounded up; {@code leastBytes} is what the file system needs. */
    static long of(CapacityRange range, long leastBytes) {
        check(range);
        long limit = range.getLimitBytes() == 0 ? MOST_BYTES : range.getLimitBytes();
        long required = range.getRequiredBytes();
        if (required > 0) {
            required = Math.max(required, leastBytes);
        }
        if (required == 0) {
            required =
                    Math.max(leastBytes, Math.min(DEFAULT_BYTES, limit / PAGE_BYTES * PAGE_BYTES));
        }
        if (required > 0 && required <= limit) {
            long whole = roundUp(required, MIB_BYTES);
            long size = whole <= limit ? whole : roundUp(required, PAGE_BYTES);
            if (size <= Math.min(limit, MOST_BYTES)) {
                return size;
            }
        }
        throw Failures.of(
                Status.Code.OUT_OF_RANGE,
                "capacity_range: no multiple of "
                        + PAGE_BYTES
                        + " up to "
                        + MOST_BYTES
                        + " is between "
                        + required
                        + " and "
                        + limit);
    }

    static boolean isIn(CapacityRange range, long bytes) {
        return bytes >= range.getRequiredBytes()
                && (range.getLimitBytes() == 0 || bytes <= range.getLimitBytes());
    }

    private static void check(CapacityRange range) {
        if (range.getRequiredBytes() < 0 || range.getLimitBytes() < 0) {
            throw Failures.invalid(
                    "capacity_range",
                    range.getRequiredBytes() + ".." + range.getLimitBytes(),
                    "0 or more");
        }
    }

    private static long roundUp(long bytes, long unit) {
        return bytes > MOST_BYTES ? bytes : (bytes + unit - 1) / unit * unit;
    }
}
