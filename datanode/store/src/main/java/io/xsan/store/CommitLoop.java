package io.xsan.store;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.seam.Disk;
import io.xsan.store.format.FreeMarkLayout;
import io.xsan.store.format.GroupLayout;
import io.xsan.store.format.RecordKind;
import io.xsan.store.format.RecordLayout;
import io.xsan.store.format.SummaryLayout;
import io.xsan.store.segment.SegmentTable;
import java.nio.ByteBuffer;

/**
 * The group commit: one at a time, a gather write and a sync.
 *
 * <pre>
 *   IDLE --group--> WRITING --> SYNCING --applied, answered--> IDLE
 *     '--segment full--> SEALING --> SEAL_SYNCING --> IDLE
 * </pre>
 *
 * <p>Steps run in a loop until none makes progress, so that completions from within a call of the
 * disk do not nest.
 */
final class CommitLoop implements Disk.Completion {
    private enum Phase {
        IDLE,
        WRITING,
        SYNCING,
        SEALING,
        SEAL_SYNCING
    }

    private static final int NO_SEGMENT = -1;

    private final StoreCore core;
    private final RecordApplier applier;
    private final GroupBuilder group;
    private final Admission admission;
    private final SummaryLayout.Trailer open = new SummaryLayout.Trailer();
    private final OpQueue queue = new OpQueue();
    private final OpQueue internal = new OpQueue();
    private final OpQueue batch = new OpQueue();
    private final Disk.Slice[] single;
    private final Cleaner cleaner;

    private Phase phase = Phase.IDLE;
    private int outstanding;
    private boolean isPumping;
    private boolean isFlushWanted;
    private boolean isStalled;
    private boolean isBlocked;
    private boolean isClosing;
    private int groupCrc;
    private int markedSegment = NO_SEGMENT;

    CommitLoop(StoreCore core, RecordApplier applier) {
        this.core = core;
        this.applier = applier;
        group = new GroupBuilder(core);
        admission = new Admission(core, group);
        single = new Disk.Slice[] {new Disk.Slice(core.memory.mark, 0, Pages.PAGE_BYTES)};
        cleaner = new Cleaner(core, this);
    }

    Cleaner cleaner() {
        return cleaner;
    }

    void add(StoreOp op, StoreOp.Action action) {
        Check.that(!core.isClosed, "store is open");
        op.action = action;
        op.result = ErrorCode.OK;
        op.pagesTaken = 0;
        queue.add(op);
    }

    void addInternal(StoreOp op, StoreOp.Action action) {
        op.action = action;
        op.result = ErrorCode.OK;
        op.pagesTaken = 0;
        internal.add(op);
    }

    void flush() {
        isFlushWanted = true;
        pump();
    }

    /** True while client writes wait for the cleaner. */
    boolean isStalled() {
        return isStalled;
    }

    /** The cleaner finds nothing worth cleaning: writes wait in vain. True if any did. */
    boolean giveUpStalled() {
        boolean isVain = isStalled && phase == Phase.IDLE && batch.isEmpty();
        if (!isVain || !(queue.peek() instanceof WriteOp)) {
            return false;
        }
        while (queue.peek() instanceof WriteOp) {
            StoreOp op = queue.remove();
            op.result = ErrorCode.INSUFFICIENT_SPACE;
            batch.add(op);
        }
        isStalled = false;
        answer();
        return true;
    }

    void pump() {
        if (isPumping) {
            return;
        }
        isPumping = true;
        try {
            boolean isMoving = true;
            while (isMoving) {
                isMoving = step();
                isMoving |= cleaner.step();
            }
        } finally {
            isPumping = false;
        }
    }

    private boolean step() {
        if (outstanding > 0) {
            return false;
        }
        if (core.isFailed) {
            return failAll();
        }
        return switch (phase) {
            case IDLE -> start();
            case WRITING -> sync(Phase.SYNCING);
            case SYNCING -> onCommitted();
            case SEALING -> sync(Phase.SEAL_SYNCING);
            case SEAL_SYNCING -> onSealed();
        };
    }

    private boolean sync(Phase next) {
        phase = next;
        outstanding++;
        core.disk.sync(this, 0);
        return true;
    }

    @Override
    public void onDiskDone(long token, Disk.Outcome outcome) {
        Check.that(outstanding > 0, "an operation was outstanding");
        if (outcome != Disk.Outcome.OK) {
            core.fail(phase.name());
        }
        outstanding--;
        pump();
    }

    // Building a group.

    private boolean start() {
        int toMark = cleaner.takeMark();
        boolean hasWork = !internal.isEmpty() || isFlushWanted && !queue.isEmpty();
        if (!hasWork && toMark == NO_SEGMENT) {
            return false;
        }
        if (isCloseNext()) {
            isClosing = true;
            endClose();
            return true;
        }
        group.begin();
        group.summaryUsed(open.recordBytes);
        isBlocked = false;
        isStalled = false;
        if (hasWork && (core.place.segment >= 0 || openSegment())) {
            fill();
        }
        if (toMark != NO_SEGMENT) {
            mark(toMark);
        }
        if (group.records() > 0) {
            writeGroup();
        } else if (toMark != NO_SEGMENT) {
            phase = Phase.WRITING;
        } else if (isBlocked) {
            seal();
        } else if (!batch.isEmpty()) {
            answer();
        } else {
            return false;
        }
        return true;
    }

    private boolean isCloseNext() {
        StoreOp op = queue.peek();
        return op != null
                && op.action == StoreOp.Action.CLOSE
                && core.place.segment < 0
                && internal.isEmpty();
    }

    private boolean openSegment() {
        SegmentTable table = core.table;
        int needed = internal.isEmpty() ? admission.freeSegmentsFor(queue.peek()) + 1 : 1;
        if (table.freeCount() < needed) {
            isStalled = internal.isEmpty();
            return false;
        }
        core.place.segmentSequence = core.nextSegmentSequence++;
        core.place.segment = table.open(core.place.segmentSequence);
        core.place.page = 0;
        open.segmentSequence = core.place.segmentSequence;
        open.segment = core.place.segment;
        open.firstGroup = core.place.groupSequence;
        open.records = 0;
        open.recordBytes = 0;
        group.summaryUsed(0);
        return true;
    }

    private void fill() {
        take(internal, true);
        if (!isBlocked && isFlushWanted) {
            take(queue, false);
        }
        isFlushWanted = isFlushWanted && !queue.isEmpty();
        if (group.records() > 0) {
            group.addStables();
        }
    }

    private void take(OpQueue source, boolean isInternal) {
        for (StoreOp op = source.peek(); op != null; op = source.peek()) {
            if (!isInternal && core.table.freeCount() < admission.freeSegmentsFor(op)) {
                isStalled = true;
                return;
            }
            if (op.action == StoreOp.Action.CLOSE) {
                takeClose();
                return;
            }
            if (!admission.take(op)) {
                isBlocked = true;
                return;
            }
            batch.add(source.remove());
            if (!isInternal) {
                cleaner.onProgress();
            }
        }
    }

    /** The end: STABLE records still to be written go first, then the segment is sealed. */
    private void takeClose() {
        if (group.records() > 0) {
            isBlocked = true;
        } else if (core.firstNoted != null && group.fitsRecord()) {
            group.addStables();
        } else {
            isClosing = true;
            isBlocked = true;
        }
    }

    private void mark(int segment) {
        ByteBuffer bytes = core.memory.mark.bytes();
        long sequence = core.table.sequence(segment);
        FreeMarkLayout.encode(bytes, core.superblock.storeId(), segment, sequence, core.crc);
        single[0].buffer = core.memory.mark;
        single[0].lengthBytes = Pages.PAGE_BYTES;
        core.table.startFreeing(segment);
        markedSegment = segment;
        write(segment, 0, single, 1, Pages.PAGE_BYTES);
    }

    private void writeGroup() {
        groupCrc = group.end();
        phase = Phase.WRITING;
        int bytes = group.pages() * Pages.PAGE_BYTES;
        write(core.place.segment, core.place.page, group.slices(), group.sliceCount(), bytes);
    }

    private void write(int segment, int page, Disk.Slice[] slices, int count, int bytes) {
        outstanding++;
        core.deviceBytesWritten += bytes;
        core.disk.write(core.superblock.offset(segment, page), slices, count, this, 0);
    }

    // After a sync.

    private boolean onCommitted() {
        phase = Phase.IDLE;
        core.syncs++;
        if (markedSegment != NO_SEGMENT) {
            core.forgetSegment(markedSegment);
            core.table.free(markedSegment);
            markedSegment = NO_SEGMENT;
        }
        if (group.records() > 0) {
            apply();
            core.place.page += group.pages();
            core.place.groupSequence++;
            core.place.previousCrc = groupCrc;
        }
        answer();
        return true;
    }

    private void apply() {
        ByteBuffer source = group.bytes();
        int segment = core.place.segment;
        int at = GroupLayout.RECORDS;
        for (int i = 0; i < group.records(); i++) {
            MoveOp move = group.move(i);
            ComponentState owner = group.owner(i);
            if (move != null) {
                applier.move(source, at, segment, move);
            } else if (RecordLayout.kind(source, at) == RecordKind.CREATE && owner != null) {
                applier.applyCreate(owner, segment, stateOf(owner));
            } else {
                applier.apply(source, at, segment, owner);
            }
            at += RecordLayout.bytes(source, at);
        }
        PageBuffer summary = core.memory.openSummary;
        int length = group.usedBytes() - GroupLayout.RECORDS;
        summary.bytes().put(open.recordBytes, source, GroupLayout.RECORDS, length);
        open.recordBytes += length;
        open.records += group.records();
    }

    private static RecordApplier.CreateState stateOf(ComponentState owner) {
        return new RecordApplier.CreateState(owner.epoch, owner.stable, owner.isDamaged);
    }

    private void answer() {
        while (!batch.isEmpty()) {
            admission.answer(batch.remove());
        }
    }

    // Sealing.

    private void seal() {
        Check.that(core.place.page > 0 || isClosing, "an op fits an empty segment");
        open.lastGroup = core.place.groupSequence - 1;
        open.endPage = core.place.page;
        open.lastGroupCrc = core.place.previousCrc;
        ByteBuffer summary = core.memory.openSummary.bytes();
        int pages = SummaryLayout.end(summary, core.superblock.storeId(), open, core.crc);
        single[0].buffer = core.memory.openSummary;
        single[0].lengthBytes = pages * Pages.PAGE_BYTES;
        phase = Phase.SEALING;
        int page = core.superblock.segmentPages() - pages;
        write(core.place.segment, page, single, 1, pages * Pages.PAGE_BYTES);
    }

    private boolean onSealed() {
        phase = Phase.IDLE;
        core.table.seal(core.place.segment);
        core.place.segment = NO_SEGMENT;
        open.recordBytes = 0;
        endClose();
        return true;
    }

    private void endClose() {
        if (isClosing) {
            isClosing = false;
            core.isClosed = true;
            batch.add(queue.remove());
            answer();
        }
    }

    // The end of the device.

    private boolean failAll() {
        boolean hadAny = !batch.isEmpty() || !internal.isEmpty() || !queue.isEmpty();
        failAll(batch);
        failAll(internal);
        failAll(queue);
        return hadAny;
    }

    private void failAll(OpQueue ops) {
        while (!ops.isEmpty()) {
            StoreOp op = ops.remove();
            op.result = ErrorCode.DEVICE_FAILED;
            admission.answer(op);
        }
    }

    /** Gives back the buffers of all ops that are not answered. */
    void releaseBuffers() {
        releaseBuffers(batch);
        releaseBuffers(queue);
    }

    private static void releaseBuffers(OpQueue ops) {
        while (!ops.isEmpty()) {
            if (ops.remove() instanceof WriteOp write
                    && !(write instanceof MoveOp)
                    && write.content == WriteOp.Content.DATA
                    && write.buffer != null) {
                write.buffer.release();
            }
        }
    }

    @Override
    public String toString() {
        return phase
                + " outstanding "
                + outstanding
                + " queue "
                + queue.size()
                + " internal "
                + internal.size()
                + " batch "
                + batch.size()
                + " free "
                + core.table.freeCount()
                + " open "
                + core.place.segment
                + "@"
                + core.place.page
                + (isStalled ? " stalled" : "")
                + " cleaner "
                + cleaner;
    }
}
