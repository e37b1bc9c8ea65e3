package io.xsan.store;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.memory.PageBuffer;
import io.xsan.store.format.DescriptorLayout;
import io.xsan.store.format.RecordKind;
import io.xsan.store.index.BlockMap;
import io.xsan.store.index.Extent;
import org.jspecify.annotations.Nullable;

/** Turns ops into records of the group being built, or into their answer; and answers them. */
final class Admission {
    /** A client's write is not split for less than this, unless nothing else can be done. */
    private final int piecePagesMin;

    /** Free segments that only the cleaner opens. */
    private static final int CLEANER_SEGMENTS = 2;

    private final StoreCore core;
    private final GroupBuilder group;

    Admission(StoreCore core, GroupBuilder group) {
        this.core = core;
        this.group = group;
        piecePagesMin = Math.min(16, core.superblock.segmentPages() / 8);
    }

    /** Segments that must be free, beside the open one, for {@code op} to be taken. */
    int freeSegmentsFor(@Nullable StoreOp op) {
        return isClientData(op) ? core.limits.clientFreeSegmentsMin() : CLEANER_SEGMENTS;
    }

    /** True for what waits until the cleaner has made room. */
    static boolean isClientData(@Nullable StoreOp op) {
        return op instanceof WriteOp write
                && write.content == WriteOp.Content.DATA
                && !write.mayUseReserve;
    }

    /** Takes {@code op} whole; false if the group or the segment is full before its end. */
    boolean take(StoreOp op) {
        if (op instanceof StateOp state) {
            return takeState(state);
        }
        return switch (op.action) {
            case WRITE -> op instanceof WriteOp write && takeWrite(write);
            case CREATE -> op instanceof CreateOp create && takeCreate(create);
            case EPOCH -> takeEpoch(op);
            case REPAIRED -> takeRepaired(op);
            case DROP -> takeDrop(op);
            case EXTENTS -> true;
            case READ, CLOSE -> throw Check.unreachable("not an op of groups");
        };
    }

    private @Nullable ComponentState liveOwner(StoreOp op) {
        if (op.component instanceof ComponentState owner && !owner.isDropped) {
            return owner;
        }
        op.result = ErrorCode.NOT_FOUND;
        return null;
    }

    private boolean takeWrite(WriteOp op) {
        ComponentState owner = liveOwner(op);
        if (owner == null) {
            return true;
        }
        if (op.pagesTaken == 0 && !hasRoom(op, owner)) {
            op.result = ErrorCode.INSUFFICIENT_SPACE;
            return true;
        }
        if (op.content != WriteOp.Content.DATA) {
            if (group.fitsRecord()) {
                group.addPages(op, owner, 0, op.pages);
                return true;
            }
            return false;
        }
        int wanted = op.pages - op.pagesTaken;
        int fit = group.fit(wanted);
        boolean maySplit = op instanceof MoveOp || core.place.page == 0 && group.records() == 0;
        if (fit == 0 || fit < wanted && fit < piecePagesMin && !maySplit) {
            return false;
        }
        group.addPages(op, owner, op.pagesTaken, fit);
        op.pagesTaken += fit;
        return fit == wanted;
    }

    private boolean hasRoom(WriteOp op, ComponentState owner) {
        boolean takesSpace =
                op.content == WriteOp.Content.DATA || op.content == WriteOp.Content.ZERO;
        if (!takesSpace || op instanceof MoveOp) {
            return true;
        }
        long pages = (long) group.payloadPages() + op.pages;
        if (core.space.hasRoom(pages, op.mayUseReserve)) {
            return true;
        }
        BlockMap map = owner.block(op.layer, op.block);
        int mapped = map == null ? 0 : map.pagesOf(Extent.DATA, op.firstPage, op.pages);
        int zeros = WriteOp.Content.ZERO.ordinal();
        int reserved = map == null ? 0 : map.pagesOf(zeros, op.firstPage, op.pages);
        return mapped + reserved == op.pages
                || core.space.hasRoom(pages - mapped - reserved, op.mayUseReserve);
    }

    private boolean takeCreate(CreateOp op) {
        ComponentDescriptor descriptor = op.descriptor;
        if (descriptor == null) {
            throw Check.unreachable("a create has a descriptor");
        }
        ComponentKey key = new ComponentKey(descriptor.volume(), descriptor.generation());
        ComponentState known = core.components.get(key);
        int pages = DescriptorLayout.pages(descriptor.volumeRecord().remaining());
        if (known != null) {
            op.component = known;
        } else if (core.dropped.containsKey(key)) {
            op.result = ErrorCode.NOT_FOUND;
        } else if (pages > core.memory.descriptorPagesMax || !core.space.hasRoom(pages, true)) {
            op.result = ErrorCode.INSUFFICIENT_SPACE;
        } else if (group.fitsDescriptor(pages)) {
            ComponentState made = core.componentOrNew(key.volume(), key.generation());
            made.descriptor = descriptor;
            made.bornSequence = core.place.segmentSequence;
            op.component = made;
            group.addDescriptor(made);
        } else {
            return false;
        }
        return true;
    }

    private boolean takeEpoch(StoreOp op) {
        ComponentState owner = liveOwner(op);
        if (owner == null || op.epoch <= owner.epoch) {
            return true;
        }
        if (!group.fitsRecord()) {
            return false;
        }
        group.addRecord(RecordKind.EPOCH, owner, op.epoch);
        return true;
    }

    private boolean takeRepaired(StoreOp op) {
        ComponentState owner = liveOwner(op);
        if (owner == null || !owner.isDamaged) {
            return true;
        }
        if (!fitsDescriptor(owner)) {
            return false;
        }
        owner.isDamaged = false;
        group.addDescriptor(owner);
        return true;
    }

    private boolean fitsDescriptor(ComponentState owner) {
        int record = owner.descriptor().volumeRecord().remaining();
        return group.fitsDescriptor(DescriptorLayout.pages(record));
    }

    private boolean takeDrop(StoreOp op) {
        if (!(op.component instanceof ComponentState owner) || owner.isDropped) {
            return true;
        }
        if (!group.fitsRecord()) {
            return false;
        }
        owner.isDropped = true;
        group.addRecord(RecordKind.DROP, owner, 0);
        return true;
    }

    private boolean takeState(StateOp op) {
        ComponentKey key = op.droppedKey;
        if (key != null) {
            if (core.dropped.containsKey(key) && group.fitsRecord()) {
                group.addDrop(key);
                return true;
            }
            return !core.dropped.containsKey(key);
        }
        ComponentState owner = liveOwner(op);
        if (owner == null) {
            return true;
        }
        if (!fitsDescriptor(owner)) {
            return false;
        }
        group.addDescriptor(owner);
        return true;
    }

    /** Gives an op back to its owner with its result. */
    void answer(StoreOp op) {
        boolean isOk = op.result == ErrorCode.OK;
        switch (op) {
            case MoveOp _ -> {}
            case WriteOp write -> {
                PageBuffer buffer = write.buffer;
                if (write.content == WriteOp.Content.DATA && buffer != null) {
                    buffer.release();
                    core.clientBytesWritten += isOk ? (long) write.pages * Pages.PAGE_BYTES : 0;
                }
            }
            case ExtentsOp extents -> {
                if (isOk) {
                    op.result = list(extents);
                }
            }
            default -> {}
        }
        if (op.action == StoreOp.Action.REPAIRED) {
            core.judgeDamage();
        }
        op.listener.onStoreDone(op, op.result);
    }

    private ErrorCode list(ExtentsOp op) {
        op.clear();
        op.nextBlock = -1;
        ComponentState owner = liveOwner(op);
        if (owner == null) {
            return ErrorCode.NOT_FOUND;
        }
        long block = owner.layer(0).nextBlock(op.fromBlock);
        while (block >= 0) {
            BlockMap map = owner.block(0, block);
            if (map != null && !addBlock(op, block, map)) {
                op.nextBlock = block;
                return ErrorCode.OK;
            }
            block = owner.layer(0).nextBlock(block + 1);
        }
        return ErrorCode.OK;
    }

    private static final WriteOp.Content[] CONTENTS = WriteOp.Content.values();

    /** Adds a whole block, or nothing of it if there is no room: lists go on at a block. */
    private static boolean addBlock(ExtentsOp op, long block, BlockMap map) {
        int newer = 0;
        for (int i = 0; i < map.count(); i++) {
            newer += map.version(i) > op.since ? 1 : 0;
        }
        if (op.count() + newer > op.capacity()) {
            return false;
        }
        for (int i = 0; i < map.count(); i++) {
            if (map.version(i) > op.since) {
                WriteOp.Content content = CONTENTS[map.kind(i)];
                op.add(block, map.firstPage(i), map.pages(i), map.version(i), content);
            }
        }
        return true;
    }
}
