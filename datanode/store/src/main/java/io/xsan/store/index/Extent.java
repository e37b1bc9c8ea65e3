package io.xsan.store.index;

/** Pages of a block at one version, as a value passed to and from the index; mutable, reusable. */
public final class Extent {
    /** Pages with data. */
    public static final int DATA = 0;

    /** Pages that are known to be bad. */
    public static final int LOST = 3;

    /** First page within the block. */
    public int firstPage;

    /** Pages. */
    public int pages;

    /** Number of the content: {@link #DATA}, {@link #LOST}; all others read as zeros. */
    public int kind;

    /** Version. */
    public long version;

    /** Place of the first page; of a tombstone, any page of the segment with its record. */
    public long place;

    /** Checksums of the pages of data, from {@link #crcOffset} on. */
    public int[] crcs = new int[1];

    /** Where in {@link #crcs} the checksum of the first page stands. */
    public int crcOffset;

    /** Creates an empty extent. */
    public Extent() {}

    /** End of the pages, exclusive. */
    public int endPage() {
        return firstPage + pages;
    }

    /** Checksum of page {@code page} of the block, which must be within. */
    public int crc(int page) {
        return crcs[crcOffset + page - firstPage];
    }
}
