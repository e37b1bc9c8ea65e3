package io.xsan.store;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.seam.Disk;
import io.xsan.store.format.RecordKind;
import io.xsan.store.format.RecordLayout;
import io.xsan.store.format.SummaryLayout;
import io.xsan.store.index.BlockMap;
import io.xsan.store.index.Extent;
import io.xsan.store.segment.SegmentTable;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Frees segments: moves what is live in a victim to the head of the log, then marks it free.
 *
 * <pre>
 *   IDLE --victim--> TRAILER --> SUMMARY --> PLANNING --> PAGES --> MOVING --.
 *     ^                                        |  ^----------------------------'
 *     '-- mark is synced -- MARKING <-- nothing live, nobody reads
 * </pre>
 */
final class Cleaner implements Disk.Completion, StoreListener {
    private enum Phase {
        IDLE,
        TRAILER,
        SUMMARY,
        PLANNING,
        PAGES,
        MOVING,
        UNPINNING,
        MARKING
    }

    private static final int NONE = -1;

    private final StoreCore core;
    private final CommitLoop loop;
    private final SummaryLayout.Trailer trailer = new SummaryLayout.Trailer();
    private final MoveOp[] moves;
    private final Disk.Slice[] slices;
    private final Disk.Slice summarySlice;
    private final int freeTarget;

    private Phase phase = Phase.IDLE;
    private int victim = NONE;
    private int cursor;
    private int moveCount;
    private int plannedPages;
    private int outstanding;
    private int opsOutstanding;
    private boolean hasReadError;
    private boolean isMarkTaken;
    private boolean areStatesWritten;
    private long creditPages;
    private int victimsInVain;
    private @Nullable ComponentState lastOwner;

    Cleaner(StoreCore core, CommitLoop loop) {
        this.core = core;
        this.loop = loop;
        moves = new MoveOp[core.limits.moveRecordsMax()];
        slices = new Disk.Slice[moves.length];
        for (int i = 0; i < moves.length; i++) {
            moves[i] = new MoveOp(this);
            slices[i] = new Disk.Slice(core.memory.data, 0, 0);
        }
        summarySlice = new Disk.Slice(core.memory.readSummary, 0, 0);
        int floor = core.limits.clientFreeSegmentsMin() + 2;
        freeTarget = Math.max(floor, core.table.count() / 16);
    }

    /** Time for a bounded piece of work. */
    void allow(int pages) {
        creditPages = Math.min(creditPages + pages, 4L * pages);
    }

    /** Client data found room: what was freed was not in vain. */
    void onProgress() {
        victimsInVain = 0;
    }

    /** A segment whose free mark is to be written with the next commit, once, or -1. */
    int takeMark() {
        if (phase != Phase.MARKING || isMarkTaken) {
            return NONE;
        }
        isMarkTaken = true;
        return victim;
    }

    /** Goes on if it can; true if it did. */
    boolean step() {
        if (outstanding > 0 || opsOutstanding > 0 || core.isFailed || core.isClosed) {
            return false;
        }
        return switch (phase) {
            case IDLE -> choose();
            case TRAILER -> onTrailer();
            case SUMMARY -> onSummary();
            case PLANNING -> plan();
            case PAGES -> onPages();
            case MOVING -> enter(Phase.PLANNING);
            case UNPINNING -> !core.table.isPinned(victim) && enter(Phase.MARKING);
            case MARKING ->
                    core.table.state(victim) == SegmentTable.State.FREE && enter(Phase.IDLE);
        };
    }

    private boolean enter(Phase next) {
        phase = next;
        isMarkTaken = false;
        return true;
    }

    private boolean isUrgent() {
        return loop.isStalled() || core.table.freeCount() <= core.limits.clientFreeSegmentsMin();
    }

    private boolean choose() {
        boolean isUrgent = isUrgent();
        boolean isWanted = core.table.freeCount() < freeTarget && creditPages > 0;
        int liveMax = core.space.cleanableLivePages();
        int lost = core.isWhole && !loop.isStalled() ? core.table.lost(liveMax) : NONE;
        if (!isUrgent && !isWanted && lost == NONE) {
            return false;
        }
        victim =
                lost == NONE
                        ? core.table.victim(liveMax, core.nextSegmentSequence, isUrgent)
                        : lost;
        if (victim < 0 || loop.isStalled() && victimsInVain++ > core.table.count()) {
            victimsInVain = 0;
            creditPages = 0;
            return loop.giveUpStalled();
        }
        areStatesWritten = false;
        if (core.table.livePages(victim) == 0 && core.table.notes(victim) == 0) {
            return finish();
        }
        phase = Phase.TRAILER;
        readSummary(1);
        return true;
    }

    private void readSummary(int pages) {
        summarySlice.lengthBytes = pages * Pages.PAGE_BYTES;
        hasReadError = false;
        outstanding++;
        int page = core.superblock.segmentPages() - pages;
        core.disk.read(core.superblock.offset(victim, page), summarySlice, this, 0);
    }

    @Override
    public void onDiskDone(long token, Disk.Outcome outcome) {
        Check.that(outstanding > 0, "a read was outstanding");
        hasReadError |= outcome != Disk.Outcome.OK;
        outstanding--;
        loop.pump();
    }

    private boolean onTrailer() {
        ByteBuffer bytes = core.memory.readSummary.bytes();
        long storeId = core.superblock.storeId();
        boolean isOk =
                !hasReadError
                        && SummaryLayout.decode(bytes, Pages.PAGE_BYTES, storeId, trailer)
                        && trailer.segment == victim
                        && trailer.segmentSequence == core.table.sequence(victim);
        if (!isOk) {
            return lose("trailer");
        }
        phase = Phase.SUMMARY;
        readSummary(SummaryLayout.pages(trailer.recordBytes));
        return true;
    }

    private boolean onSummary() {
        ByteBuffer bytes = core.memory.readSummary.bytes();
        if (hasReadError || !SummaryLayout.isWhole(bytes, summarySlice.lengthBytes, core.crc)) {
            return lose("summary");
        }
        cursor = 0;
        return enter(Phase.PLANNING);
    }

    /** What cannot be read cannot be moved: the segment is kept as it is. */
    private boolean lose(String what) {
        core.log.warn("segment-not-cleanable", "segment", victim, "unreadable", what);
        core.table.lose(victim);
        return enter(Phase.IDLE);
    }

    // Planning: each record of the summary is looked up in the index.

    private boolean plan() {
        if (!isUrgent() && creditPages <= 0) {
            return false;
        }
        moveCount = 0;
        plannedPages = 0;
        ByteBuffer bytes = core.memory.readSummary.bytes();
        while (cursor < trailer.recordBytes && planRecord(bytes, cursor)) {
            cursor += RecordLayout.bytes(bytes, cursor);
        }
        if (moveCount > 0) {
            readPages();
            return true;
        }
        if (!areStatesWritten) {
            areStatesWritten = true;
            writeStates();
            return enter(Phase.MOVING);
        }
        return finish();
    }

    /** Plans the moves of what is live of a record; false if there is no room for all of it. */
    private boolean planRecord(ByteBuffer bytes, int at) {
        RecordKind kind = RecordLayout.kind(bytes, at);
        if (!kind.isOfPages()) {
            return true;
        }
        ComponentState owner =
                owner(RecordLayout.volume(bytes, at), RecordLayout.generation(bytes, at));
        int layer = RecordLayout.layer(bytes, at);
        BlockMap map = owner == null ? null : owner.block(layer, RecordLayout.block(bytes, at));
        if (owner == null || map == null) {
            return true;
        }
        int end = RecordLayout.firstPage(bytes, at) + RecordLayout.pages(bytes, at);
        int i = map.firstAfter(RecordLayout.firstPage(bytes, at));
        for (; i < map.count() && map.firstPage(i) < end; i++) {
            if (isOfRecord(map, i, bytes, at) && !planMove(owner, map, i, bytes, at)) {
                return false;
            }
        }
        return true;
    }

    /** The component; mostly the one of the record before, which spares a key. */
    private @Nullable ComponentState owner(long volume, long generation) {
        ComponentState last = lastOwner;
        boolean isSame =
                last != null
                        && !last.isDropped
                        && last.key.volume() == volume
                        && last.key.generation() == generation;
        if (!isSame) {
            lastOwner = core.components.get(new ComponentKey(volume, generation));
        }
        return lastOwner;
    }

    private boolean isOfRecord(BlockMap map, int i, ByteBuffer bytes, int at) {
        int recordPage = RecordLayout.payloadPage(bytes, at);
        long place = core.superblock.place(victim, recordPage);
        boolean isData = map.kind(i) == Extent.DATA;
        long shift = isData ? map.firstPage(i) - RecordLayout.firstPage(bytes, at) : 0;
        return map.version(i) == RecordLayout.version(bytes, at)
                && map.kind(i) == RecordLayout.kind(bytes, at).content()
                && map.place(i) == place + shift;
    }

    private boolean planMove(ComponentState owner, BlockMap map, int i, ByteBuffer bytes, int at) {
        boolean isData = map.kind(i) == Extent.DATA;
        int room = core.limits.movePagesMax() - plannedPages;
        int pages = isData ? Math.min(room, map.pages(i)) : map.pages(i);
        if (moveCount == moves.length || pages == 0) {
            return false;
        }
        MoveOp move = moves[moveCount++];
        move.component = owner;
        move.content = CONTENTS[map.kind(i)];
        move.version = map.version(i);
        move.layer = RecordLayout.layer(bytes, at);
        move.block = RecordLayout.block(bytes, at);
        move.firstPage = map.firstPage(i);
        move.pages = pages;
        move.oldPlace = map.place(i);
        move.buffer = core.memory.data;
        move.bufferPage = plannedPages;
        if (isData) {
            for (int page = 0; page < pages; page++) {
                int crc = map.crc(i, move.firstPage + page);
                core.memory.data.setPageCrc(plannedPages + page, crc);
            }
            plannedPages += pages;
        }
        return pages == map.pages(i);
    }

    private static final WriteOp.Content[] CONTENTS = WriteOp.Content.values();

    // Moving.

    private void readPages() {
        phase = Phase.PAGES;
        hasReadError = false;
        creditPages -= plannedPages + 1L;
        outstanding++;
        for (int i = 0; i < moveCount; i++) {
            MoveOp move = moves[i];
            if (move.content == WriteOp.Content.DATA) {
                Disk.Slice slice = slices[i];
                slice.offsetBytes = move.bufferPage * Pages.PAGE_BYTES;
                slice.lengthBytes = move.pages * Pages.PAGE_BYTES;
                outstanding++;
                long offset = core.superblock.offsetOfPlace(move.oldPlace);
                core.disk.read(offset, slice, this, 0);
            }
        }
        outstanding--;
    }

    /**
     * Bytes that do not match their checksum are moved with the checksum that they should have: a
     * read will find them bad, as it would have before.
     */
    private boolean onPages() {
        if (hasReadError) {
            return lose("pages");
        }
        PageBuffer data = core.memory.data;
        int bad = core.crc.firstMismatch(data, 0, plannedPages);
        if (bad >= 0) {
            core.log.warn("bad-page-moved", "segment", victim, "page", bad);
        }
        phase = Phase.MOVING;
        opsOutstanding = moveCount;
        core.movedBytes += (long) plannedPages * Pages.PAGE_BYTES;
        for (int i = 0; i < moveCount; i++) {
            loop.addInternal(moves[i], StoreOp.Action.WRITE);
        }
        return true;
    }

    /** Writes again the newest record of each component whose present one is in the victim. */
    private void writeStates() {
        for (ComponentState component : core.components.values()) {
            boolean isHere = component.stateSegment == victim || component.epochSegment == victim;
            if (isHere && !component.isDropped) {
                addState(component, null);
            }
            if (component.stableSegment == victim) {
                core.note(component);
            }
        }
        for (var entry : core.dropped.entrySet()) {
            if (entry.getValue().dropSegment == victim) {
                addState(null, entry.getKey());
            }
        }
    }

    private void addState(@Nullable ComponentState component, @Nullable ComponentKey dropped) {
        StateOp op = new StateOp(this);
        op.component = component;
        op.droppedKey = dropped;
        opsOutstanding++;
        loop.addInternal(op, StoreOp.Action.WRITE);
    }

    @Override
    public void onStoreDone(StoreOp op, ErrorCode status) {
        opsOutstanding--;
        if (op instanceof MoveOp move) {
            move.component = null;
        }
    }

    private boolean finish() {
        if (core.table.livePages(victim) == 0 && core.table.notes(victim) == 0) {
            core.cleanedSegments++;
            return enter(Phase.UNPINNING);
        }
        return lose("live records");
    }

    @Override
    public String toString() {
        return phase + " victim " + victim + " outstanding " + outstanding + "+" + opsOutstanding;
    }
}
