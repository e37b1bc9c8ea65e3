package io.xsan.store.segment;

import io.xsan.base.Check;
import java.util.Arrays;

/** State and counts of all segments of a device, in primitive arrays. */
public final class SegmentTable {
    /** State of a segment. */
    public enum State {
        /** May be opened. */
        FREE,
        /** Takes groups. */
        OPEN,
        /** Full; its summary is durable. */
        SEALED,
        /** Its free mark is written, but not synced. */
        FREEING,
        /** Damaged: kept for what can be read of it, until no component lacks what it held. */
        LOST
    }

    private static final State[] STATES = State.values();

    private final byte[] states;
    private final long[] sequences;
    private final int[] livePages;
    private final int[] notes;
    private final int[] pins;
    private final boolean[] isHopeless;
    private final int[] freeRing;
    private int freeHead;
    private int freeCount;

    /** All segments LOST until told otherwise. */
    public SegmentTable(int segments) {
        states = new byte[segments];
        Arrays.fill(states, (byte) State.LOST.ordinal());
        sequences = new long[segments];
        livePages = new int[segments];
        notes = new int[segments];
        pins = new int[segments];
        isHopeless = new boolean[segments];
        freeRing = new int[segments];
    }

    /** Segments. */
    public int count() {
        return states.length;
    }

    /** Segments that may be opened. */
    public int freeCount() {
        return freeCount;
    }

    /** State of a segment. */
    public State state(int segment) {
        return STATES[states[segment]];
    }

    /** Sequence number of a segment's present life. */
    public long sequence(int segment) {
        return sequences[segment];
    }

    /** Pages of it that the index points to. */
    public int livePages(int segment) {
        return livePages[segment];
    }

    /** Records without pages in it that are needed. */
    public int notes(int segment) {
        return notes[segment];
    }

    /** True while reads of it are in flight. */
    public boolean isPinned(int segment) {
        return pins[segment] > 0;
    }

    /** A segment found in use at recovery, OPEN, SEALED or LOST. */
    public void restore(int segment, State state, long sequence) {
        Check.that(state != State.FREE, "restored segment is in use", segment);
        states[segment] = (byte) state.ordinal();
        sequences[segment] = sequence;
    }

    /** Makes a segment FREE; nothing may point to it. */
    public void free(int segment) {
        Check.that(state(segment) != State.FREE, "freed segment was in use", segment);
        Check.that(livePages[segment] == 0 && notes[segment] == 0, "nothing is live", segment);
        Check.that(pins[segment] == 0, "nobody reads it", segment);
        states[segment] = (byte) State.FREE.ordinal();
        isHopeless[segment] = false;
        freeRing[(freeHead + freeCount++) % freeRing.length] = segment;
    }

    /** Opens the segment that has been free for longest. */
    public int open(long sequence) {
        Check.that(freeCount > 0, "a segment is free");
        int segment = freeRing[freeHead];
        freeHead = (freeHead + 1) % freeRing.length;
        freeCount--;
        states[segment] = (byte) State.OPEN.ordinal();
        sequences[segment] = sequence;
        return segment;
    }

    /** Seals an open segment. */
    public void seal(int segment) {
        Check.that(state(segment) == State.OPEN, "sealed segment was open", segment);
        states[segment] = (byte) State.SEALED.ordinal();
    }

    /** Its free mark is being written. */
    public void startFreeing(int segment) {
        State was = state(segment);
        Check.that(was == State.SEALED || was == State.LOST, "cleaned segment was full", segment);
        states[segment] = (byte) State.FREEING.ordinal();
    }

    /** Gives a segment up; one that was given up before, for good. */
    public void lose(int segment) {
        isHopeless[segment] = state(segment) == State.LOST;
        states[segment] = (byte) State.LOST.ordinal();
    }

    /** A LOST segment that may still be cleaned, or -1; none with more live pages. */
    public int lost(int livePagesMax) {
        for (int segment = 0; segment < states.length; segment++) {
            if (state(segment) == State.LOST
                    && !isHopeless[segment]
                    && livePages[segment] <= livePagesMax) {
                return segment;
            }
        }
        return -1;
    }

    /** Pages become live, or dead if negative. */
    public void addLivePages(int segment, int pages) {
        livePages[segment] += pages;
        Check.that(livePages[segment] >= 0, "live pages", segment, livePages[segment]);
    }

    /** Records without pages become needed, or not if negative. */
    public void addNotes(int segment, int records) {
        notes[segment] += records;
        Check.that(notes[segment] >= 0, "needed records", segment, notes[segment]);
    }

    /** A read starts. */
    public void pin(int segment) {
        pins[segment]++;
    }

    /** A read has ended. */
    public void unpin(int segment) {
        Check.that(pins[segment] > 0, "segment was pinned", segment);
        pins[segment]--;
    }

    /**
     * The sealed segment that is best cleaned now, or -1. With {@code isUrgent} the one with the
     * fewest live pages, else weighed by age; none with more than {@code livePagesMax} live pages.
     */
    public int victim(int livePagesMax, long nowSequence, boolean isUrgent) {
        int best = -1;
        double bestScore = -1;
        for (int segment = 0; segment < states.length; segment++) {
            if (states[segment] != State.SEALED.ordinal()) {
                continue;
            }
            int live = livePages[segment] + (notes[segment] + 31) / 32;
            if (live <= livePagesMax) {
                double age = isUrgent ? 1 : nowSequence - sequences[segment];
                double score = (livePagesMax + 1.0 - live) * age / (livePagesMax + live);
                if (score > bestScore) {
                    best = segment;
                    bestScore = score;
                }
            }
        }
        return best;
    }

    /** A sealed segment of which nothing is live, at or after {@code from}, or -1. */
    public int deadFrom(int from, int lookAtMost) {
        int end = Math.min(states.length, from + lookAtMost);
        for (int segment = from; segment < end; segment++) {
            if (states[segment] == State.SEALED.ordinal()
                    && livePages[segment] == 0
                    && notes[segment] == 0) {
                return segment;
            }
        }
        return -1;
    }
}
