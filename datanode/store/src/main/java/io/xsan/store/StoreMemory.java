package io.xsan.store;

import io.xsan.base.Check;
import io.xsan.base.Pages;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.store.format.DescriptorLayout;
import io.xsan.store.format.Superblock;

/** The buffers a store works with, all allocated when it is opened. */
final class StoreMemory {
    private static final int MEDIUM_BYTES = 64 << 10;
    private static final int SUMMARY_BYTES_MAX = 4 << 20;

    /** Headers of the group being written. */
    final PageBuffer header;

    /** Descriptor of a component being written or read. */
    final PageBuffer descriptor;

    /** A free mark being written; single pages being read. */
    final PageBuffer mark;

    /** Record headers of the open segment. */
    final PageBuffer openSummary;

    /** Summary of the segment being cleaned or recovered. */
    final PageBuffer readSummary;

    /** Pages being moved or scanned. */
    final PageBuffer data;

    /** Most bytes of a segment's summary. */
    final int summaryBytesMax;

    /** Most pages of a component's descriptor. */
    final int descriptorPagesMax;

    private final BufferPool pool;

    StoreMemory(Superblock superblock, Limits limits) {
        int half = superblock.segmentPages() / 2 * Pages.PAGE_BYTES;
        summaryBytesMax = Math.min(half, SUMMARY_BYTES_MAX);
        int largest = DescriptorLayout.pages(DescriptorLayout.RECORD_BYTES_MAX);
        descriptorPagesMax = Math.min(largest, superblock.segmentPages() / 2);
        int dataBytes = limits.movePagesMax() * Pages.PAGE_BYTES;
        int[] sizes = {
            limits.groupHeaderBytesMax(),
            descriptorPagesMax * Pages.PAGE_BYTES,
            MEDIUM_BYTES,
            summaryBytesMax,
            summaryBytesMax,
            Math.max(dataBytes, limits.groupHeaderBytesMax())
        };
        int medium = 0;
        for (int size : sizes) {
            medium += size <= MEDIUM_BYTES ? 1 : 0;
        }
        pool = new BufferPool(new PoolConfig(0, medium, sizes.length - medium, 0, 4 << 20));
        header = take(sizes[0]);
        descriptor = take(sizes[1]);
        mark = take(sizes[2]);
        openSummary = take(sizes[3]);
        readSummary = take(sizes[4]);
        data = take(sizes[5]);
    }

    private PageBuffer take(int bytes) {
        PageBuffer buffer = pool.take(bytes);
        if (buffer == null) {
            throw Check.unreachable("the pool holds what the store needs");
        }
        return buffer;
    }

    void close() {
        header.release();
        descriptor.release();
        mark.release();
        openSummary.release();
        readSummary.release();
        data.release();
        pool.close();
    }
}
