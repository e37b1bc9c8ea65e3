package io.xsan.store.index;

import io.xsan.base.Check;
import io.xsan.base.Pages;
import java.util.Arrays;

/**
 * Extents of one block, sorted, without overlap, the newest version of each page. 20 bytes for each
 * extent, and 4 more for each page of an extent of several pages.
 *
 * <p>A packed extent: kind 2 bits | first page 10 | pages - 1 10 | place 42.
 */
public final class BlockMap {
    private static final int PLACE_BITS = 42;
    private static final long PLACE_MASK = (1L << PLACE_BITS) - 1;

    private long[] versions = new long[1];
    private long[] packed = new long[1];
    private int[] crcs = new int[1];
    private int count;
    private int[] pageCrcs = NO_CRCS;
    private int pageCrcsUsed;

    private static final int[] NO_CRCS = new int[0];

    BlockMap() {}

    /** Extents. */
    public int count() {
        return count;
    }

    /** Version of extent {@code i}. */
    public long version(int i) {
        return versions[i];
    }

    /** Content of extent {@code i}. */
    public int kind(int i) {
        return (int) (packed[i] >>> 62);
    }

    /** First page of extent {@code i}. */
    public int firstPage(int i) {
        return (int) (packed[i] >>> 52) & 0x3ff;
    }

    /** Pages of extent {@code i}. */
    public int pages(int i) {
        return ((int) (packed[i] >>> PLACE_BITS) & 0x3ff) + 1;
    }

    /** End of extent {@code i}, exclusive. */
    public int endPage(int i) {
        return firstPage(i) + pages(i);
    }

    /** Place of the first page of extent {@code i}. */
    public long place(int i) {
        return packed[i] & PLACE_MASK;
    }

    /** Checksum of page {@code page} of the block, which lies in the data extent {@code i}. */
    public int crc(int i, int page) {
        return pages(i) == 1 ? crcs[i] : pageCrcs[crcs[i] + page - firstPage(i)];
    }

    /** First extent that ends after {@code page}; {@link #count} if there is none. */
    public int firstAfter(int page) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (endPage(middle) > page) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** Pages of the range that hold content {@code kind}. */
    public int pagesOf(int kind, int firstPage, int pages) {
        int end = firstPage + pages;
        int sum = 0;
        for (int i = firstAfter(firstPage); i < count && firstPage(i) < end; i++) {
            if (kind(i) == kind) {
                sum += Math.min(end, endPage(i)) - Math.max(firstPage, firstPage(i));
            }
        }
        return sum;
    }

    /**
     * Maps an extent where it is at least as new as what is there. {@code scratch} is shared by all
     * maps of a store.
     */
    void apply(Extent extent, Scratch scratch, Ledger ledger) {
        int from = firstAfter(extent.firstPage);
        int end = extent.endPage();
        int i = from;
        int next = extent.firstPage;
        scratch.clear();
        for (; i < count && firstPage(i) < end; i++) {
            if (versions[i] > extent.version) {
                addNew(extent, next, Math.max(next, firstPage(i)), scratch, ledger);
                keepPart(i, firstPage(i), endPage(i), scratch);
                next = Math.min(end, endPage(i));
            } else {
                next = replace(i, extent, next, scratch, ledger);
            }
        }
        addNew(extent, next, end, scratch, ledger);
        splice(from, i, scratch);
    }

    private int replace(int i, Extent extent, int next, Scratch scratch, Ledger ledger) {
        int end = extent.endPage();
        int deadFirst = Math.max(extent.firstPage, firstPage(i));
        int deadEnd = Math.min(end, endPage(i));
        int parts = 0;
        int done = next;
        if (firstPage(i) < extent.firstPage) {
            keepPart(i, firstPage(i), extent.firstPage, scratch);
            parts++;
        }
        if (endPage(i) > end) {
            addNew(extent, next, end, scratch, ledger);
            done = end;
            keepPart(i, end, endPage(i), scratch);
            parts++;
        }
        ledger.onUnmapped(kind(i), placeAt(i, deadFirst), deadEnd - deadFirst);
        ledger.onSplit(kind(i), place(i), parts);
        return done;
    }

    private long placeAt(int i, int page) {
        return kind(i) == Extent.DATA ? place(i) + page - firstPage(i) : place(i);
    }

    private void addNew(Extent extent, int first, int end, Scratch scratch, Ledger ledger) {
        if (first >= end) {
            return;
        }
        int pages = end - first;
        boolean isData = extent.kind == Extent.DATA;
        long place = isData ? extent.place + first - extent.firstPage : extent.place;
        int crc = 0;
        if (isData) {
            crc = pages == 1 ? extent.crc(first) : storeCrcs(extent, first, pages);
        }
        scratch.add(extent.version, pack(extent.kind, first, pages, place), crc);
        ledger.onMapped(extent.kind, place, pages);
    }

    private void keepPart(int i, int first, int end, Scratch scratch) {
        int pages = end - first;
        int crc = crcs[i];
        if (kind(i) == Extent.DATA && pages(i) > 1) {
            int at = crcs[i] + first - firstPage(i);
            crc = pages == 1 ? pageCrcs[at] : at;
        }
        scratch.add(versions[i], pack(kind(i), first, pages, placeAt(i, first)), crc);
    }

    private static long pack(int kind, int first, int pages, long place) {
        Check.that(place >= 0 && place <= PLACE_MASK, "place", place);
        return (long) kind << 62 | (long) first << 52 | (pages - 1L) << PLACE_BITS | place;
    }

    private int storeCrcs(Extent extent, int first, int pages) {
        if (pageCrcsUsed + pages > pageCrcs.length) {
            pageCrcs = Arrays.copyOf(pageCrcs, grown(pageCrcs.length, pageCrcsUsed + pages));
        }
        int at = pageCrcsUsed;
        int source = extent.crcOffset + first - extent.firstPage;
        System.arraycopy(extent.crcs, source, pageCrcs, at, pages);
        pageCrcsUsed += pages;
        return at;
    }

    /** A little room at a time: what is not used costs more memory than the copies cost time. */
    private static int grown(int length, int needed) {
        return Math.max(needed, length + (length >> 3));
    }

    private void splice(int from, int to, Scratch scratch) {
        int added = scratch.count;
        int newCount = count - (to - from) + added;
        if (newCount > versions.length) {
            int length = Math.min(Pages.PAGES_PER_BLOCK, grown(versions.length, newCount));
            versions = Arrays.copyOf(versions, length);
            packed = Arrays.copyOf(packed, length);
            crcs = Arrays.copyOf(crcs, length);
        }
        System.arraycopy(versions, to, versions, from + added, count - to);
        System.arraycopy(packed, to, packed, from + added, count - to);
        System.arraycopy(crcs, to, crcs, from + added, count - to);
        System.arraycopy(scratch.versions, 0, versions, from, added);
        System.arraycopy(scratch.packed, 0, packed, from, added);
        System.arraycopy(scratch.crcs, 0, crcs, from, added);
        count = newCount;
        dropUnusedCrcs(scratch);
    }

    /** Keeps the garbage among the checksums below two blocks' worth. */
    private void dropUnusedCrcs(Scratch scratch) {
        if (pageCrcsUsed <= 2 * Pages.PAGES_PER_BLOCK) {
            return;
        }
        int used = 0;
        for (int i = 0; i < count; i++) {
            if (kind(i) == Extent.DATA && pages(i) > 1) {
                System.arraycopy(pageCrcs, crcs[i], scratch.pageCrcs, used, pages(i));
                crcs[i] = used;
                used += pages(i);
            }
        }
        System.arraycopy(scratch.pageCrcs, 0, pageCrcs, 0, used);
        pageCrcsUsed = used;
    }

    /**
     * Moves those parts of the range that still are at {@code version} and at {@code oldPlace} to
     * the extent's place. The range must not cross the bounds of a mapped extent of that version
     * but by parts that have been overwritten since.
     */
    void move(Extent extent, long oldPlace, Scratch scratch, Ledger ledger) {
        int end = extent.endPage();
        for (int i = firstAfter(extent.firstPage); i < count && firstPage(i) < end; i++) {
            if (versions[i] == extent.version && kind(i) == extent.kind) {
                int first = Math.max(extent.firstPage, firstPage(i));
                int last = Math.min(end, endPage(i));
                boolean isData = extent.kind == Extent.DATA;
                long old = isData ? oldPlace + first - extent.firstPage : oldPlace;
                if (placeAt(i, first) == old) {
                    i = movePart(i, first, last, extent, scratch, ledger);
                }
            }
        }
    }

    private int movePart(int i, int first, int end, Extent extent, Scratch scratch, Ledger ledger) {
        int pages = end - first;
        boolean isData = extent.kind == Extent.DATA;
        long place = isData ? extent.place + first - extent.firstPage : extent.place;
        int parts = 0;
        scratch.clear();
        if (firstPage(i) < first) {
            keepPart(i, firstPage(i), first, scratch);
            parts++;
        }
        keepPart(i, first, end, scratch);
        scratch.packed[scratch.count - 1] = pack(extent.kind, first, pages, place);
        if (endPage(i) > end) {
            keepPart(i, end, endPage(i), scratch);
            parts++;
        }
        ledger.onUnmapped(extent.kind, placeAt(i, first), pages);
        ledger.onSplit(extent.kind, place(i), parts);
        ledger.onMapped(extent.kind, place, pages);
        int at = i + (firstPage(i) < first ? 1 : 0);
        splice(i, i + 1, scratch);
        return at;
    }

    /** Tells {@code ledger} of everything mapped, as mapped or as unmapped. */
    void tell(Ledger ledger, boolean isMapped) {
        for (int i = 0; i < count; i++) {
            if (isMapped) {
                ledger.onMapped(kind(i), place(i), pages(i));
            } else {
                ledger.onUnmapped(kind(i), place(i), pages(i));
                ledger.onSplit(kind(i), place(i), 0);
            }
        }
    }

    /** Room to build the new extents of one change; shared by all maps of a store. */
    public static final class Scratch {
        private static final int ROOM = 2 * Pages.PAGES_PER_BLOCK + 2;

        final long[] versions = new long[ROOM];
        final long[] packed = new long[ROOM];
        final int[] crcs = new int[ROOM];
        final int[] pageCrcs = new int[Pages.PAGES_PER_BLOCK];
        int count;

        /** Creates empty room. */
        public Scratch() {}

        void clear() {
            count = 0;
        }

        void add(long version, long extent, int crc) {
            versions[count] = version;
            packed[count] = extent;
            crcs[count++] = crc;
        }
    }
}
