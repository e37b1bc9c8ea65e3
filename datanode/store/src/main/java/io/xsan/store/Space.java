package io.xsan.store;

import io.xsan.base.Fullness;
import io.xsan.base.Pages;
import io.xsan.store.format.GroupLayout;
import io.xsan.store.format.RecordLayout;
import io.xsan.store.format.SummaryLayout;
import io.xsan.store.format.Superblock;
import io.xsan.store.index.Extent;
import io.xsan.store.segment.SegmentTable;

/**
 * Counts what is live, per segment and in all, and says what still fits.
 *
 * <p>Usable are 7/8 of the payload pages of the segments less the reserve: the rest is what the
 * cleaner needs to find segments that are worth cleaning. What hosts write ends at {@link
 * Fullness#FULL} of them; the rest and half of the reserve are for what may not be refused: copies
 * of resyncs, and writes that other components of the block have let in already.
 */
final class Space {
    /** Tombstones whose headers, with their copies in the summary, take a page. */
    private static final int NOTES_PER_PAGE = 32;

    private final Superblock superblock;
    private final SegmentTable table;
    private final int payloadPages;
    private final long usablePages;
    private final long hostPages;
    private final long reservePages;
    private long livePages;
    private long zeroPages;
    private long notes;

    Space(Superblock superblock, SegmentTable table, Limits limits) {
        this.superblock = superblock;
        this.table = table;
        payloadPages = payloadPages(superblock.segmentPages());
        int segments = superblock.segmentCount();
        int reserve = Math.max(limits.reserveSegmentsMin(), segments / 16);
        usablePages = Math.max(0, segments - reserve) * (long) payloadPages * 7 / 8;
        hostPages = usablePages * Fullness.FULL.percent() / 100;
        reservePages = reserve / 2 * (long) payloadPages * 7 / 8;
    }

    /** Payload pages that fit a segment in one group of records of one page. */
    private static int payloadPages(int segmentPages) {
        int pages = segmentPages;
        while (pages + overheadPages(pages) > segmentPages) {
            pages--;
        }
        return pages;
    }

    private static int overheadPages(int pages) {
        int recordBytes = pages * RecordLayout.MIN_BYTES;
        return GroupLayout.headerPages(GroupLayout.RECORDS + recordBytes)
                + SummaryLayout.pages(recordBytes);
    }

    /** Most live pages of a segment that is worth cleaning. */
    int cleanableLivePages() {
        return payloadPages - 1 - payloadPages / 32;
    }

    /** True if so many more pages may become live. */
    boolean hasRoom(long pages, boolean mayUseReserve) {
        long limit = mayUseReserve ? usablePages + reservePages : hostPages;
        return usedPages() + pages <= limit;
    }

    long usedPages() {
        return livePages + zeroPages + (notes + NOTES_PER_PAGE - 1) / NOTES_PER_PAGE;
    }

    long usableBytes() {
        return usablePages * Pages.PAGE_BYTES;
    }

    long freeBytes() {
        return Math.max(0, usablePages - usedPages()) * Pages.PAGE_BYTES;
    }

    long liveBytes() {
        return livePages * Pages.PAGE_BYTES;
    }

    void onMapped(int kind, long place, int pages) {
        int segment = superblock.segmentOf(place);
        if (kind == Extent.DATA) {
            livePages += pages;
            table.addLivePages(segment, pages);
        } else {
            zeroPages += kind == WriteOp.Content.ZERO.ordinal() ? pages : 0;
            addNotes(segment, 1);
        }
    }

    void onUnmapped(int kind, long place, int pages) {
        if (kind == Extent.DATA) {
            livePages -= pages;
            table.addLivePages(superblock.segmentOf(place), -pages);
        } else {
            zeroPages -= kind == WriteOp.Content.ZERO.ordinal() ? pages : 0;
        }
    }

    void onSplit(int kind, long place, int extents) {
        if (kind != Extent.DATA) {
            addNotes(superblock.segmentOf(place), extents - 1);
        }
    }

    /** Records of a segment become needed, or not if negative; no segment is -1. */
    void addNotes(int segment, int records) {
        if (segment >= 0) {
            notes += records;
            table.addNotes(segment, records);
        }
    }
}
