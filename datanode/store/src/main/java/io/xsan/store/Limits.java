package io.xsan.store;

import io.xsan.base.Check;
import io.xsan.base.Pages;

/**
 * Bounds of what a store holds and does at once.
 *
 * @param groupPagesMax payload pages of one commit; at least one block
 * @param groupRecordsMax records of one commit
 * @param groupHeaderBytesMax bytes of the header of a commit, at most 64 KiB
 * @param readsInFlightMax reads on the device at once; more wait
 * @param cleanPagesPerTick pages the cleaner may move for each tick while nobody waits for it
 * @param movePagesMax pages the cleaner moves in one step
 * @param moveRecordsMax extents the cleaner moves in one step
 * @param clientFreeSegmentsMin free segments that client writes leave to the cleaner
 * @param reserveSegmentsMin segments at least that no client data may fill
 */
public record Limits(
        int groupPagesMax,
        int groupRecordsMax,
        int groupHeaderBytesMax,
        int readsInFlightMax,
        int cleanPagesPerTick,
        int movePagesMax,
        int moveRecordsMax,
        int clientFreeSegmentsMin,
        int reserveSegmentsMin) {
    /** What a datanode uses. */
    public static final Limits DEFAULT = new Limits(1024, 1000, 64 << 10, 1024, 256, 256, 64, 3, 6);

    /** Checks ranges and relations. */
    public Limits {
        Check.that(groupPagesMax >= Pages.PAGES_PER_BLOCK, "a block fits a group", groupPagesMax);
        Check.that(groupRecordsMax >= moveRecordsMax, "a step of the cleaner fits a group");
        Check.that(
                groupHeaderBytesMax >= 16 << 10 && groupHeaderBytesMax <= 64 << 10,
                "group header bytes",
                groupHeaderBytesMax);
        Check.that(groupHeaderBytesMax % Pages.PAGE_BYTES == 0, "whole pages");
        Check.that(readsInFlightMax > 0 && cleanPagesPerTick > 0, "positive limits");
        Check.that(movePagesMax > 0 && moveRecordsMax > 0, "positive limits");
        Check.that(
                clientFreeSegmentsMin >= 3 && reserveSegmentsMin > clientFreeSegmentsMin + 1,
                "the cleaner has room to work",
                clientFreeSegmentsMin,
                reserveSegmentsMin);
    }
}
