package io.xsan.store;

import io.xsan.base.Check;

/** Lists extents newer than a version. Results stand in the op until it is used again. */
public final class ExtentsOp extends StoreOp {
    /** Only extents with a greater version are listed. */
    public long since;

    /** First block to look at. */
    public long fromBlock;

    /** Where to go on, or -1 when the component has been seen to its end; set by the store. */
    public long nextBlock;

    private final long[] blocks;
    private final long[] versions;
    private final int[] ranges;
    private int count;

    /** Creates an op with room for {@code capacity} extents, at least one block's worth (1024). */
    public ExtentsOp(StoreListener listener, int capacity) {
        super(listener);
        Check.that(capacity >= 1024, "room for the extents of one block", capacity);
        blocks = new long[capacity];
        versions = new long[capacity];
        ranges = new int[capacity];
    }

    /** Extents listed. */
    public int count() {
        return count;
    }

    /** Most extents it can list. */
    public int capacity() {
        return blocks.length;
    }

    /** Block of extent {@code i}. */
    public long block(int i) {
        return blocks[i];
    }

    /** Version of extent {@code i}. */
    public long version(int i) {
        return versions[i];
    }

    /** First page of extent {@code i} within its block. */
    public int firstPage(int i) {
        return ranges[i] >>> 12 & 0xfff;
    }

    /** Pages of extent {@code i}. */
    public int pages(int i) {
        return ranges[i] & 0xfff;
    }

    /** What extent {@code i} holds. */
    public WriteOp.Content content(int i) {
        return CONTENTS[ranges[i] >>> 24];
    }

    /** Empties the list. */
    public void clear() {
        count = 0;
    }

    /** Adds an extent; false if there is no room. */
    public boolean add(
            long block, int firstPage, int pages, long version, WriteOp.Content content) {
        if (count == blocks.length) {
            return false;
        }
        blocks[count] = block;
        versions[count] = version;
        ranges[count++] = content.ordinal() << 24 | firstPage << 12 | pages;
        return true;
    }

    private static final WriteOp.Content[] CONTENTS = WriteOp.Content.values();
}
