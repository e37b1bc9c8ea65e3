package io.xsan.store;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.seam.Disk;
import io.xsan.store.index.BlockMap;
import io.xsan.store.index.Extent;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads: one device read for each extent straight into the op's buffer, zeros for the rest, each
 * page verified. A segment that is being read is pinned.
 */
final class ReadPath implements Disk.Completion {
    private static final int PIECE_BITS = 11;
    private static final int PIECES_AT_START = 4;

    /** A read in flight. */
    private static final class Slot {
        final int number;
        @Nullable ReadOp op;
        Disk.Slice[] slices = new Disk.Slice[0];
        int[] segments = new int[0];
        int[] firstPages = new int[0];
        int pieces;
        int outstanding;

        Slot(int number) {
            this.number = number;
        }

        void grow(PageBuffer any, int length) {
            int old = slices.length;
            slices = Arrays.copyOf(slices, length);
            segments = Arrays.copyOf(segments, length);
            firstPages = Arrays.copyOf(firstPages, length);
            for (int i = old; i < length; i++) {
                slices[i] = new Disk.Slice(any, 0, 0);
            }
        }
    }

    private final StoreCore core;
    private final CommitLoop loop;
    private final Slot[] slots;
    private final int[] freeSlots;
    private int freeCount;
    private final OpQueue waiting = new OpQueue();
    private final int zeroCrc;

    ReadPath(StoreCore core, CommitLoop loop) {
        this.core = core;
        this.loop = loop;
        slots = new Slot[core.limits.readsInFlightMax()];
        freeSlots = new int[slots.length];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = new Slot(i);
            freeSlots[i] = i;
        }
        freeCount = slots.length;
        zeroCrc = core.crc.of(java.nio.ByteBuffer.allocate(Pages.PAGE_BYTES), 0, Pages.PAGE_BYTES);
    }

    void read(ReadOp op) {
        op.action = StoreOp.Action.READ;
        op.badPage = -1;
        op.newestVersion = 0;
        buffer(op).retain();
        if (freeCount == 0) {
            waiting.add(op);
        } else {
            start(op);
        }
    }

    private void start(ReadOp op) {
        if (core.isFailed) {
            answer(op, ErrorCode.DEVICE_FAILED);
            return;
        }
        if (!(op.component instanceof ComponentState owner) || owner.isDropped) {
            answer(op, ErrorCode.NOT_FOUND);
            return;
        }
        Slot slot = slots[freeSlots[--freeCount]];
        slot.op = op;
        slot.pieces = 0;
        slot.outstanding = 1;
        BlockMap map = owner.block(op.layer, op.block);
        plan(slot, op, map);
        for (int i = 0; i < slot.pieces; i++) {
            slot.outstanding++;
            int segment = slot.segments[i];
            Check.that(segment >= 0, "segment of a piece", segment);
            core.disk.read(offsets[i], slot.slices[i], this, (long) slot.number << PIECE_BITS | i);
        }
        if (--slot.outstanding == 0) {
            end(slot);
        }
    }

    /** Device offsets of the pieces being started; used within one call. */
    private long[] offsets = new long[PIECES_AT_START];

    private void plan(Slot slot, ReadOp op, @Nullable BlockMap map) {
        PageBuffer target = buffer(op);
        int end = op.firstPage + op.pages;
        int page = op.firstPage;
        int i = map == null ? 0 : map.firstAfter(page);
        for (; map != null && i < map.count() && map.firstPage(i) < end; i++) {
            zero(op, target, page, map.firstPage(i));
            int first = Math.max(page, map.firstPage(i));
            int last = Math.min(end, map.endPage(i));
            op.newestVersion = Math.max(op.newestVersion, map.version(i));
            if (map.kind(i) == Extent.DATA) {
                for (int p = first; p < last; p++) {
                    target.setPageCrc(op.bufferPage + p - op.firstPage, map.crc(i, p));
                }
                addPiece(slot, op, first, last, map.place(i) + first - map.firstPage(i));
            } else {
                zero(op, target, first, last);
                if (map.kind(i) == Extent.LOST) {
                    bad(op, first);
                }
            }
            page = last;
        }
        zero(op, target, page, end);
    }

    private void zero(ReadOp op, PageBuffer target, int first, int end) {
        for (int page = first; page < end; page++) {
            int at = op.bufferPage + page - op.firstPage;
            target.setPageCrc(at, zeroCrc);
        }
        if (first < end) {
            int at = (op.bufferPage + first - op.firstPage) * Pages.PAGE_BYTES;
            target.segment().asSlice(at, (end - first) * (long) Pages.PAGE_BYTES).fill((byte) 0);
        }
    }

    private void addPiece(Slot slot, ReadOp op, int first, int end, long place) {
        int i = slot.pieces++;
        if (i == slot.slices.length) {
            slot.grow(buffer(op), Math.max(PIECES_AT_START, i * 2));
        }
        if (i == offsets.length) {
            offsets = Arrays.copyOf(offsets, i * 2);
        }
        Disk.Slice slice = slot.slices[i];
        slice.buffer = buffer(op);
        slice.offsetBytes = (op.bufferPage + first - op.firstPage) * Pages.PAGE_BYTES;
        slice.lengthBytes = (end - first) * Pages.PAGE_BYTES;
        offsets[i] = core.superblock.offsetOfPlace(place);
        slot.firstPages[i] = first;
        slot.segments[i] = core.superblock.segmentOf(place);
        core.table.pin(slot.segments[i]);
    }

    @Override
    public void onDiskDone(long token, Disk.Outcome outcome) {
        Slot slot = slots[(int) (token >>> PIECE_BITS)];
        int piece = (int) token & ((1 << PIECE_BITS) - 1);
        ReadOp op = slot.op;
        if (op == null) {
            throw Check.unreachable("a read was in flight");
        }
        core.table.unpin(slot.segments[piece]);
        if (outcome == Disk.Outcome.OK) {
            verify(slot.slices[piece], slot.firstPages[piece], op);
        } else {
            core.log.warn("read-failed", "volume", owner(op).key.volume(), "block", op.block);
            bad(op, slot.firstPages[piece]);
        }
        if (--slot.outstanding == 0) {
            end(slot);
            loop.pump();
        }
    }

    private void verify(Disk.Slice slice, int firstPage, ReadOp op) {
        int first = slice.offsetBytes / Pages.PAGE_BYTES;
        int pages = slice.lengthBytes / Pages.PAGE_BYTES;
        int mismatch = core.crc.firstMismatch(slice.buffer, first, pages);
        if (mismatch >= 0) {
            bad(op, firstPage + mismatch - first);
        }
    }

    private static void bad(ReadOp op, int page) {
        op.badPage = op.badPage < 0 ? page : Math.min(op.badPage, page);
    }

    private void end(Slot slot) {
        ReadOp op = slot.op;
        slot.op = null;
        freeSlots[freeCount++] = slot.number;
        if (op == null) {
            throw Check.unreachable("a read was in flight");
        }
        ErrorCode code = op.badPage < 0 ? ErrorCode.OK : ErrorCode.BLOCK_CORRUPTED;
        answer(op, core.isFailed ? ErrorCode.DEVICE_FAILED : code);
        if (freeCount > 0 && waiting.peek() instanceof ReadOp) {
            startNext();
        }
    }

    private void startNext() {
        if (waiting.remove() instanceof ReadOp next) {
            start(next);
        }
    }

    /** Gives back the buffers of all reads that are not answered. */
    void releaseBuffers() {
        for (Slot slot : slots) {
            ReadOp op = slot.op;
            if (op != null) {
                slot.op = null;
                buffer(op).release();
            }
        }
        while (!waiting.isEmpty()) {
            if (waiting.remove() instanceof ReadOp op) {
                buffer(op).release();
            }
        }
    }

    private static void answer(ReadOp op, ErrorCode status) {
        buffer(op).release();
        op.listener.onStoreDone(op, status);
    }

    private static PageBuffer buffer(ReadOp op) {
        PageBuffer buffer = op.buffer;
        if (buffer == null) {
            throw Check.unreachable("a read has a buffer");
        }
        return buffer;
    }

    private static ComponentState owner(ReadOp op) {
        if (op.component instanceof ComponentState owner) {
            return owner;
        }
        throw Check.unreachable("a read has a component");
    }
}
