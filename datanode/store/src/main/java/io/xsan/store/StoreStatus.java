package io.xsan.store;

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
    /** Used share of what is usable, in percent, 0 to 100. */
    public int usedPercent() {
        return usableBytes == 0 ? 100 : (int) ((usableBytes - freeBytes) * 100 / usableBytes);
    }
}
