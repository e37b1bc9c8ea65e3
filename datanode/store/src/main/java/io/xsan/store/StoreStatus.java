package io.xsan.store;

import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Space and load of a store at one moment. {@code usableBytes} is what components may hold after
 * the cleaner's reserve; {@code freeBytes} what of it is left; {@code liveBytes} pages mapped;
 * {@code deviceBytesWritten} and {@code clientBytesWritten} give the write amplification; {@code
 * syncs} group commits so far; {@code cleanedSegments} and {@code movedBytes} what the cleaner has
 * freed and moved for it.
 */
public record StoreStatus(
        long storeId,
        long usableBytes,
        long freeBytes,
        long liveBytes,
        long clientBytesWritten,
        long deviceBytesWritten,
        long syncs,
        long segmentsFree,
        long segmentsTotal,
        boolean isFailed,
        long cleanedSegments,
        long movedBytes) {
    /**
     * The sum of the devices of a node. What has failed adds no space; {@code isFailed} only if all
     * have. The id is that of the first.
     */
    public static StoreStatus sum(List<StoreStatus> devices) {
        List<StoreStatus> working = devices.stream().filter(device -> !device.isFailed()).toList();
        return new StoreStatus(
                devices.getFirst().storeId(),
                sum(working, StoreStatus::usableBytes),
                sum(working, StoreStatus::freeBytes),
                sum(working, StoreStatus::liveBytes),
                sum(devices, StoreStatus::clientBytesWritten),
                sum(devices, StoreStatus::deviceBytesWritten),
                sum(devices, StoreStatus::syncs),
                sum(working, StoreStatus::segmentsFree),
                sum(working, StoreStatus::segmentsTotal),
                working.isEmpty(),
                sum(devices, StoreStatus::cleanedSegments),
                sum(devices, StoreStatus::movedBytes));
    }

    private static long sum(List<StoreStatus> devices, ToLongFunction<StoreStatus> part) {
        return devices.stream().mapToLong(part).sum();
    }

    /** Used share of what is usable, in percent, 0 to 100. */
    public int usedPercent() {
        return usableBytes == 0 ? 100 : (int) ((usableBytes - freeBytes) * 100 / usableBytes);
    }
}
