package io.xsan.server.demo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What stands in a page: 4096 bytes that follow from the page's number and from the number of the
 * write, so that no two writes have the same. Write 0 is the page before any: zeros.
 */
final class PageContent {
    static final int PAGE_BYTES = 4096;

    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    private PageContent() {}

    /** Appends the content of a page after a write to {@code target}, which is little-endian. */
    static void put(ByteBuffer target, long page, long write) {
        long state = mix(page * GOLDEN ^ mix(write));
        target.putLong(page).putLong(write);
        for (int i = 2; i < PAGE_BYTES / Long.BYTES; i++) {
            state += GOLDEN;
            target.putLong(state ^ state >>> 29);
        }
    }

    /** True if the next page of {@code source} is exactly that; moves on by a page. */
    static boolean matches(ByteBuffer source, long page, long write) {
        int start = source.position();
        boolean isZero = write == 0;
        long difference = source.getLong() ^ (isZero ? 0 : page);
        difference |= source.getLong() ^ (isZero ? 0 : write);
        long state = mix(page * GOLDEN ^ mix(write));
        for (int i = 2; i < PAGE_BYTES / Long.BYTES; i++) {
            state += GOLDEN;
            difference |= source.getLong() ^ (isZero ? 0 : state ^ state >>> 29);
        }
        source.position(start + PAGE_BYTES);
        return difference == 0;
    }

    /** What a wrong page seems to be. */
    static String describe(ByteBuffer bytes, int position) {
        ByteBuffer page = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).position(position);
        long first = page.getLong();
        long second = page.getLong();
        return first == 0 && second == 0
                ? "zeros"
                : "the content of page " + first + " after write " + second;
    }

    private static long mix(long value) {
        long mixed = (value ^ value >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
    }
}
