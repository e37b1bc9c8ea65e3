package io.xsan.sim.disk;

import io.xsan.base.Pages;
import java.util.Arrays;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A flat space of bytes that keeps only the pages that were written; the rest are zeros. */
final class SparseBytes {
    private final TreeMap<Long, byte[]> pages = new TreeMap<>();

    SparseBytes() {}

    SparseBytes(SparseBytes source) {
        source.pages.forEach((page, bytes) -> pages.put(page, bytes.clone()));
    }

    /** The bytes of a page for reading, or null where it was never written. */
    byte @Nullable [] page(long page) {
        return pages.get(page);
    }

    /** Copies {@code length} bytes that lie within one page into this space. */
    void put(long offset, byte[] source, int sourceOffset, int length) {
        byte[] page =
                pages.computeIfAbsent(offset / Pages.PAGE_BYTES, _ -> new byte[Pages.PAGE_BYTES]);
        System.arraycopy(source, sourceOffset, page, (int) (offset % Pages.PAGE_BYTES), length);
    }

    /** Copies all of {@code source}, whole pages, into this space. */
    void putAll(long offset, byte[] source) {
        for (int at = 0; at < source.length; at += Pages.PAGE_BYTES) {
            put(offset + at, source, at, Pages.PAGE_BYTES);
        }
    }

    /** Copies whole pages from another space. */
    void putPages(SparseBytes source, long firstPage, long count) {
        for (long page = firstPage; page < firstPage + count; page++) {
            byte[] bytes = source.pages.get(page);
            if (bytes == null) {
                pages.remove(page);
            } else {
                pages.put(page, bytes.clone());
            }
        }
    }

    /** Makes whole pages zeros. */
    void clear(long firstPage, long count) {
        pages.subMap(firstPage, firstPage + count).clear();
    }

    /** Inverts one bit; false where the page was never written. */
    boolean flip(long offset, int bit) {
        byte[] page = pages.get(offset / Pages.PAGE_BYTES);
        if (page == null) {
            return false;
        }
        page[(int) (offset % Pages.PAGE_BYTES)] ^= (byte) (1 << bit);
        return true;
    }

    /** A number that depends on every byte and its place. */
    long hash() {
        long hash = 1;
        for (var entry : pages.entrySet()) {
            hash = hash * 31 + entry.getKey();
            hash = hash * 31 + Arrays.hashCode(entry.getValue());
        }
        return hash;
    }
}
