package io.xsan.store.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.Pages;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * What the index takes of the heap: measured by what is in use after a collection, with it and
 * without.
 */
class BlockMapMemoryTest {
    private static final int BLOCKS = 1_024;

    private static final Ledger NOBODY =
            new Ledger() {
                @Override
                public void onMapped(int kind, long place, int pages) {}

                @Override
                public void onUnmapped(int kind, long place, int pages) {}

                @Override
                public void onSplit(int kind, long place, int extents) {}
            };

    private final MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    private final SplittableRandom random = new SplittableRandom(5);
    private final Extent extent = new Extent();
    private final int[] crcs = new int[Pages.PAGES_PER_BLOCK];
    private LayerMap map = new LayerMap(new BlockMap.Scratch());
    private long version = 1;

    private long heapBytes() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            least = Math.min(least, memory.getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    /** Bytes that the map takes, by what is left when it is gone. */
    private long bytesOfMap() {
        long with = heapBytes();
        assertThat(map.nextBlock(0)).isZero();
        map = new LayerMap(new BlockMap.Scratch());
        return with - heapBytes();
    }

    private void write(long block, int first, int pages) {
        extent.kind = Extent.DATA;
        extent.firstPage = first;
        extent.pages = pages;
        extent.version = version++;
        extent.place = version * 7;
        extent.crcs = crcs;
        extent.crcOffset = 0;
        map.apply(block, extent, NOBODY);
    }

    private void tell(String what, long bytes, long units, String unit) {
        System.out.printf(
                "index, %s: %.1f bytes for each %s%n", what, (double) bytes / units, unit);
    }

    @Test
    void extentsOfOnePageTakeAtMost24BytesEach() {
        for (int block = 0; block < BLOCKS; block++) {
            for (int page = 0; page < Pages.PAGES_PER_BLOCK; page += 2) {
                write(block, page, 1);
                write(block, (page * 7 + 1) % Pages.PAGES_PER_BLOCK, 1);
            }
        }
        long extents = 0;
        for (int block = 0; block < BLOCKS; block++) {
            extents += java.util.Objects.requireNonNull(map.block(block)).count();
        }
        assertThat(extents).isEqualTo((long) BLOCKS * Pages.PAGES_PER_BLOCK);
        long bytes = bytesOfMap();
        tell("pages written one by one", bytes, extents, "extent");
        assertThat(bytes).isLessThanOrEqualTo(24 * extents);
    }

    @Test
    void extentsOfOnePageInBlocksThatAreHalfWrittenTakeAtMost24BytesEach() {
        long extents = 0;
        for (int block = 0; block < BLOCKS; block++) {
            for (int i = 0; i < 700; i++) {
                write(block, random.nextInt(Pages.PAGES_PER_BLOCK / 2) * 2, 1);
            }
            extents += java.util.Objects.requireNonNull(map.block(block)).count();
        }
        long bytes = bytesOfMap();
        tell("half of the pages, at random", bytes, extents, "extent");
        assertThat(bytes).isLessThanOrEqualTo(24 * extents);
    }

    @Test
    void mixOfSizesTakesAtMost24BytesForEachPage() {
        for (int block = 0; block < BLOCKS; block++) {
            write(block, 0, Pages.PAGES_PER_BLOCK);
            for (int i = 0; i < 400; i++) {
                int pages = 1 + random.nextInt(32);
                write(block, random.nextInt(Pages.PAGES_PER_BLOCK - pages), pages);
            }
        }
        long pages = (long) BLOCKS * Pages.PAGES_PER_BLOCK;
        long bytes = bytesOfMap();
        tell("writes of 4 to 128 KiB, at random", bytes, pages, "page");
        assertThat(bytes).isLessThanOrEqualTo(24 * pages);
    }

    /** See docs/adr: the checksums of the pages stay in memory, 4 KiB for a block of 4 MiB. */
    @Test
    void sequentialBlockTakes64BytesBesideTheChecksumsOfItsPagesAndItsObjects() {
        for (int block = 0; block < BLOCKS; block++) {
            write(block, 0, Pages.PAGES_PER_BLOCK);
        }
        long bytes = bytesOfMap();
        tell("blocks written at once", bytes, BLOCKS, "block");
        long checksums = 4L * Pages.PAGES_PER_BLOCK;
        long objects = 5 * 24L;
        assertThat(bytes).isLessThanOrEqualTo((64 + checksums + objects) * BLOCKS);
    }
}
