package io.xsan.base;

/**
 * Units of the data path and the conversions between them. A <em>block</em> is the unit of
 * placement, a <em>page</em> the unit of checksums and of mapping.
 */
public final class Pages {
    /** Bytes of a page. */
    public static final int PAGE_BYTES = 4096;

    /** Bytes of a block. */
    public static final int BLOCK_BYTES = 4 << 20;

    /** Pages of a block. */
    public static final int PAGES_PER_BLOCK = BLOCK_BYTES / PAGE_BYTES;

    private Pages() {}

    /** True where {@code bytes} is a whole number of pages. */
    public static boolean isAligned(long bytes) {
        return (bytes & (PAGE_BYTES - 1)) == 0;
    }

    /** Bytes to pages; the bytes must be a whole number of pages. */
    public static int exactPages(long bytes) {
        Check.that(isAligned(bytes), "bytes are whole pages", bytes);
        return Math.toIntExact(bytes / PAGE_BYTES);
    }

    /** Index of the block that holds byte {@code offsetBytes} of a volume. */
    public static long blockOf(long offsetBytes) {
        return offsetBytes / BLOCK_BYTES;
    }

    /** Offset of byte {@code offsetBytes} of a volume within its block. */
    public static int offsetInBlock(long offsetBytes) {
        return (int) (offsetBytes & (BLOCK_BYTES - 1));
    }

    /** Largest whole number of pages, in bytes, that is not above {@code bytes}. */
    public static long floor(long bytes) {
        return bytes & -PAGE_BYTES;
    }

    /** Smallest whole number of pages, in bytes, that is not below {@code bytes}. */
    public static long ceil(long bytes) {
        return (bytes + PAGE_BYTES - 1) & -PAGE_BYTES;
    }
}
