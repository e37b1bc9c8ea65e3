package io.xsan.store.index;

/** Is told what becomes part of an index and what no longer is. */
public interface Ledger {
    /** An extent of content {@code kind} at {@code place} is mapped now. */
    void onMapped(int kind, long place, int pages);

    /** An extent, or a part of one, is not mapped any more. */
    void onUnmapped(int kind, long place, int pages);

    /** A part of a mapped extent ends in an extent of its own: {@code extents} more (or less). */
    void onSplit(int kind, long place, int extents);
}
