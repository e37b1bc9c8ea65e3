package io.xsan.store.format;

/** Where the next group goes; mutable, one per store. */
public final class GroupPlace {
    /** Sequence number of the open segment. */
    public long segmentSequence;

    /** Sequence number of the group. */
    public long groupSequence;

    /** The open segment, or -1. */
    public int segment = -1;

    /** Next free page of the open segment. */
    public int page;

    /** Checksum of the group before. */
    public int previousCrc;

    /** Creates a place without a segment. */
    public GroupPlace() {}
}
