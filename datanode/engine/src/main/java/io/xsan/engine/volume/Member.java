package io.xsan.engine.volume;

import io.xsan.base.Version;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.meta.image.ComponentState;
import org.jspecify.annotations.Nullable;

/**
 * What an engine knows of one component of its volume, or of what a node gains by a move (rule 11):
 * that is a member of its own, also where it is part of the component that its node has.
 */
final class Member {
    /** Bit of this member in masks. */
    final long bit;

    final int node;
    final long generation;

    /** It is what its node gains by a move: nothing is read from it for hosts. */
    final boolean isGain;

    /** As of the newest record of the metadata. */
    ComponentRecord record;

    /** A link to its node stands. */
    boolean isUp;

    /** Life of the process there, as of the last link. */
    long incarnation;

    /** It has answered OPEN of this epoch over the link that stands. */
    boolean isOpened;

    boolean isOpening;

    /** Store behind it, as it said at the opening. */
    long openedStoreId;

    /** Newest version that it had, as of the opening. */
    long openedNewest = Version.NONE;

    /** Newest version that it acknowledged to this engine. */
    long ackedVersion = Version.NONE;

    /** As that was when it was opened last. */
    long ackedBeforeOpening = Version.NONE;

    /** Since when it was stale when it was opened last; NONE if it was in sync. */
    long sinceAtOpening = Version.NONE;

    /** It said that acknowledged bytes may be missing. */
    boolean isDamaged;

    /** Highest stable version it was told before this epoch, as of the opening. */
    long knownStable = Version.NONE;

    /** A promotion was sent and is not known to be refused: counts for acks and stable. */
    boolean isPromotionPending;

    /** A stale record is on its way. */
    boolean isRecording;

    /** The last record or resync could not be had; not again before this time. */
    long retryNanos;

    /** Writes sent to it and not answered. */
    int unansweredWrites;

    final Patience patience = new Patience();

    final ResyncPause pause = new ResyncPause();

    /** Being brought up to date. */
    @Nullable Resync resync;

    Member(int index, ComponentRecord record, boolean isGain) {
        this.bit = 1L << index;
        this.record = record;
        this.node = record.node().value();
        this.generation = record.generation();
        this.isGain = isGain;
    }

    boolean isInSync() {
        return record.state() == ComponentState.IN_SYNC;
    }

    /**
     * Taken for in-sync by a last resort: it is equal to the others only once they are compared.
     */
    boolean isUnsettled() {
        return record.isUnsettled();
    }

    boolean isSyncing() {
        return record.state() == ComponentState.SYNCING && resync != null;
    }

    /** Counts for acks and for stable (rule 2). */
    boolean counts() {
        return isInSync() || isPromotionPending;
    }

    /** Frames can be sent to it under this epoch. */
    boolean isUsable() {
        return isUp && isOpened;
    }
}
