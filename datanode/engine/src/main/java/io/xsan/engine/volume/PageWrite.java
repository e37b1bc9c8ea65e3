package io.xsan.engine.volume;

import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.Bug;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameKind;
import io.xsan.store.WriteOp;
import org.jspecify.annotations.Nullable;

/**
 * One version of some pages of a block on its way to the components (rule 2): sent to every
 * component that counts or is syncing, written when all that count have it on disk, over when
 * nobody owes an answer. The range lock of its caller is held until it is written.
 */
final class PageWrite extends Exchange {
    /** Whose pages they are. */
    interface Writer {
        /** On disk on every component that counts, and on enough of them for an ack. */
        void onWritten();

        /** Nothing of it is under way any more; it may be used again. */
        void onOver();
    }

    private final VolumeEngine engine;
    private final Writer writer;
    WriteOp.Content content = WriteOp.Content.DATA;
    long block;
    int firstPage;
    int pages;

    /** The only member it goes to, for copies; null for all. */
    @Nullable Member only;

    /** True for writes of hosts: acknowledged with min_replicas copies only. */
    boolean needsMinReplicas;

    private @Nullable PageBuffer data;
    private int dataPage;
    private long version;
    private long acked;
    private boolean usesReserve;
    private boolean isWritten;
    @Nullable PageWrite nextInFlight;

    PageWrite(VolumeEngine engine, Writer writer) {
        this.engine = engine;
        this.writer = writer;
    }

    long version() {
        return version;
    }

    /**
     * True once every component that counts has it on disk, and enough do: stable may pass it. A
     * write that is held for lack of copies stays in flight, so that a resync sends it along and
     * never waits for it.
     */
    boolean isStable() {
        return isWritten;
    }

    /** Sends the pages from {@code dataPage} of {@code data} (checksums set), null for zeros. */
    void start(long version, @Nullable PageBuffer data, int dataPage) {
        this.version = version;
        this.data = data == null ? null : data.retain();
        this.dataPage = dataPage;
        acked = 0;
        usesReserve = false;
        isWritten = false;
        engine.exchanges().begin(this);
        if (only != null) {
            sendTo(only);
            return;
        }
        engine.inFlight().add(this);
        for (Member member : engine.members().all()) {
            offer(member);
        }
        review();
    }

    /** Sends it to a member that should have it and was not sent it, or lost it. */
    void offer(Member member) {
        boolean isMine = only == null ? isReplica(member) : only == member;
        boolean isWanted = member.counts() || member.isSyncing();
        isWanted &= !(member.isGain && engine.bugs().has(Bug.MOVE_NO_UNION));
        boolean isOwed = ((acked | outstanding) & member.bit) == 0;
        if (requestId != 0 && isMine && isWanted && isOwed && member.isUsable()) {
            sendTo(member);
        }
    }

    /** Sends it to a component that begins to be resynced, also if it had answered before. */
    void offerToResync(Member member, Resync resync) {
        acked &= ~member.bit;
        if ((outstanding & member.bit) != 0) {
            resync.onWriteSent(block, firstPage, pages);
        } else {
            offer(member);
        }
    }

    private boolean isReplica(Member member) {
        return (engine.members().replicasOf(block) & member.bit) != 0;
    }

    private void sendTo(Member member) {
        if (member.resync != null && only == null) {
            if (engine.bugs().has(Bug.M_SYNC_NO_WRITES)) {
                return;
            }
            member.resync.onWriteSent(block, firstPage, pages);
        }
        FrameHeader header = engine.header(kind(), member, this);
        header.version = version;
        header.stable = engine.stable();
        header.block = block;
        header.offsetBytes = firstPage * Pages.PAGE_BYTES;
        header.lengthBytes = pages * Pages.PAGE_BYTES;
        header.flags =
                (only != null ? FrameHeader.FLAG_COPY : 0)
                        | (usesReserve ? FrameHeader.FLAG_RESERVE : 0);
        member.unansweredWrites++;
        engine.send(this, member, data, dataPage * Pages.PAGE_BYTES);
    }

    private FrameKind kind() {
        return switch (content) {
            case DATA -> FrameKind.WRITE;
            case TRIM -> FrameKind.TRIM;
            case ZERO -> FrameKind.ZERO;
            case LOST -> FrameKind.LOSE;
        };
    }

    /** Looks again whether it is written, after an answer or a change of states. */
    void review() {
        if (requestId == 0) {
            return;
        }
        long counting = only != null ? only.bit : engine.members().counting(block);
        long missing = counting & ~acked;
        boolean isEarly = engine.bugs().has(Bug.M_ACK_EARLY);
        isEarly |= engine.bugs().has(Bug.ACK_SUBSET) && !engine.leaseHolds();
        if (isEarly && Long.bitCount(counting) > 1) {
            missing &= ~Long.highestOneBit(counting);
        }
        boolean isOnAll = missing == 0 && (acked & counting) != 0;
        if (isOnAll && !isWritten && hasEnoughCopies(counting)) {
            isWritten = true;
            writer.onWritten();
            if (only == null) {
                engine.inFlight().advance();
            }
        }
        endIfOver();
    }

    private boolean hasEnoughCopies(long counting) {
        return !needsMinReplicas || Long.bitCount(counting & acked) >= minReplicas();
    }

    private int minReplicas() {
        int replicas = Long.bitCount(engine.members().replicasOf(block));
        return Math.min(engine.record().policy().minReplicas(), replicas);
    }

    private void endIfOver() {
        if (requestId != 0 && isWritten && outstanding == 0 && isOutOfFlight()) {
            engine.exchanges().end(this);
            if (data != null) {
                data.release();
                data = null;
            }
            writer.onOver();
        }
    }

    private boolean isOutOfFlight() {
        return only != null || !engine.inFlight().contains(this);
    }

    /** Called when stable has passed it. */
    void onPassed() {
        endIfOver();
    }

    /** Gives up: the engine ends, or the copy's member is lost. Nobody is told. */
    void abandon() {
        if (requestId != 0) {
            engine.exchanges().end(this);
        }
        if (data != null) {
            data.release();
            data = null;
        }
    }

    @Override
    void onAnswer(Member member, FrameHeader answer, @Nullable PageBuffer body) {
        member.unansweredWrites--;
        if (answer.status == ErrorCode.OK) {
            acked |= member.bit;
            member.ackedVersion = Math.max(member.ackedVersion, version);
        } else if (answer.status == ErrorCode.INSUFFICIENT_SPACE) {
            // It was let in: the reserve is for what may not be given up half-way.
            usesReserve = true;
            engine.onSpaceRefused(this, member);
        } else {
            engine.onMemberFailed(member, "write refused: " + answer.status);
        }
        if (only == null || answer.status == ErrorCode.OK) {
            review();
        }
        Resync waiting = member.resync;
        if (waiting != null) {
            waiting.pump();
        }
    }

    @Override
    void onLost(Member member) {
        member.unansweredWrites--;
        review();
    }
}
