package io.xsan.engine.volume;

import io.xsan.base.Pages;
import java.util.Map;
import java.util.TreeMap;

/** Pages that a resync has still to copy, as bits per block. */
final class CopySet {
    private static final int WORDS = Pages.PAGES_PER_BLOCK / 64;

    private final TreeMap<Long, long[]> blocks = new TreeMap<>();
    private long pages;
    private long takenBlock = -1;
    private int takenFirst;
    private int takenCount;

    /** Pages in the set. */
    long pages() {
        return pages;
    }

    void add(long block, int firstPage, int count) {
        long[] bits = blocks.computeIfAbsent(block, b -> new long[WORDS]);
        for (int page = firstPage; page < firstPage + count; page++) {
            long bit = 1L << (page & 63);
            if ((bits[page >> 6] & bit) == 0) {
                bits[page >> 6] |= bit;
                pages++;
            }
        }
    }

    void remove(long block, int firstPage, int count) {
        long[] bits = pages == 0 ? null : blocks.get(block);
        if (bits == null) {
            return;
        }
        for (int page = firstPage; page < firstPage + count; page++) {
            long bit = 1L << (page & 63);
            if ((bits[page >> 6] & bit) != 0) {
                bits[page >> 6] &= ~bit;
                pages--;
            }
        }
    }

    boolean contains(long block, int page) {
        long[] bits = blocks.get(block);
        return bits != null && (bits[page >> 6] & 1L << (page & 63)) != 0;
    }

    /** Takes the first run of at most {@code countMax} pages out; false if the set is empty. */
    boolean take(int countMax) {
        while (!blocks.isEmpty()) {
            Map.Entry<Long, long[]> first = blocks.firstEntry();
            int page = firstPage(first.getValue());
            if (page < 0) {
                blocks.pollFirstEntry();
                continue;
            }
            takenBlock = first.getKey();
            takenFirst = page;
            takenCount = 1;
            while (takenCount < countMax
                    && page + takenCount < Pages.PAGES_PER_BLOCK
                    && contains(takenBlock, page + takenCount)) {
                takenCount++;
            }
            remove(takenBlock, takenFirst, takenCount);
            return true;
        }
        return false;
    }

    private static int firstPage(long[] bits) {
        for (int word = 0; word < WORDS; word++) {
            if (bits[word] != 0) {
                return word * 64 + Long.numberOfTrailingZeros(bits[word]);
            }
        }
        return -1;
    }

    long takenBlock() {
        return takenBlock;
    }

    int takenFirst() {
        return takenFirst;
    }

    int takenCount() {
        return takenCount;
    }
}
