package io.xsan.store;

import io.xsan.base.Version;
import io.xsan.store.StoreCore.Dropped;
import io.xsan.store.format.RecordKind;
import io.xsan.store.format.RecordLayout;
import io.xsan.store.index.Extent;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Takes durable records into the index. In any order of records the result is the same: the highest
 * version of a page, epoch and stable version win, a drop wins over everything.
 */
final class RecordApplier {
    private final StoreCore core;
    private final Extent extent = new Extent();

    RecordApplier(StoreCore core) {
        this.core = core;
        extent.crcs = new int[io.xsan.base.Pages.PAGES_PER_BLOCK];
    }

    /**
     * Applies the record at {@code at} of a group in {@code segment}; {@code component} is its own
     * if known. CREATE is not applied here, since it needs its payload.
     */
    void apply(ByteBuffer records, int at, int segment, @Nullable ComponentState component) {
        RecordKind kind = RecordLayout.kind(records, at);
        switch (kind) {
            case DATA, TRIM, ZERO, LOST -> {
                ComponentState owner = owner(records, at, component);
                if (owner != null) {
                    applyPages(records, at, segment, owner);
                }
            }
            case EPOCH -> {
                ComponentState owner = owner(records, at, component);
                if (owner != null) {
                    applyEpoch(owner, (int) RecordLayout.version(records, at), segment);
                }
            }
            case STABLE -> {
                ComponentState owner = owner(records, at, component);
                if (owner != null) {
                    owner.stable = Math.max(owner.stable, RecordLayout.version(records, at));
                    owner.stableSegment = segment;
                }
            }
            case DROP -> applyDrop(records, at, segment);
            case CREATE -> {}
        }
    }

    private @Nullable ComponentState owner(
            ByteBuffer records, int at, @Nullable ComponentState known) {
        if (known != null) {
            return known;
        }
        long volume = RecordLayout.volume(records, at);
        long generation = RecordLayout.generation(records, at);
        if (core.dropped.containsKey(new ComponentKey(volume, generation))) {
            return null;
        }
        return core.componentOrNew(volume, generation);
    }

    private void applyPages(ByteBuffer records, int at, int segment, ComponentState owner) {
        load(records, at, segment);
        long block = RecordLayout.block(records, at);
        owner.layer(RecordLayout.layer(records, at)).apply(block, extent, owner);
        owner.newestVersion = Math.max(owner.newestVersion, extent.version);
    }

    /** Points what is still mapped of a moved extent to its new place. */
    void move(ByteBuffer records, int at, int segment, MoveOp move) {
        ComponentState owner = move.owner();
        load(records, at, segment);
        boolean isData = extent.kind == Extent.DATA;
        long oldPlace = move.oldPlace + (isData ? extent.firstPage - move.firstPage : 0);
        owner.layer(move.layer).move(move.block, extent, oldPlace, owner);
    }

    private void load(ByteBuffer records, int at, int segment) {
        extent.kind = RecordLayout.kind(records, at).content();
        extent.firstPage = RecordLayout.firstPage(records, at);
        extent.pages = RecordLayout.pages(records, at);
        extent.version = RecordLayout.version(records, at);
        extent.place = core.superblock.place(segment, RecordLayout.payloadPage(records, at));
        for (int page = 0; page < RecordLayout.payloadPages(records, at); page++) {
            extent.crcs[page] = RecordLayout.pageCrc(records, at, page);
        }
    }

    private void applyEpoch(ComponentState owner, int epoch, int segment) {
        if (epoch >= owner.epoch) {
            owner.epoch = epoch;
            core.space.addNotes(owner.epochSegment, -1);
            owner.epochSegment = segment;
            core.space.addNotes(segment, 1);
        }
    }

    /** The component's CREATE record in {@code segment} says this of it. */
    void applyCreate(ComponentState owner, int segment, CreateState state) {
        owner.createSegments.add(segment);
        core.space.addNotes(owner.stateSegment, -1);
        owner.stateSegment = segment;
        core.space.addNotes(segment, 1);
        owner.isCreated = true;
        owner.isDamaged = state.isDamaged();
        if (state.epoch() >= owner.epoch) {
            owner.epoch = state.epoch();
            core.space.addNotes(owner.epochSegment, -1);
            owner.epochSegment = ComponentState.NONE;
        }
        owner.stable = Math.max(owner.stable, state.stable());
        if (owner.stable > Version.NONE) {
            owner.stableSegment = segment;
        }
    }

    /** What a CREATE record says beside the descriptor. */
    record CreateState(int epoch, long stable, boolean isDamaged) {}

    private void applyDrop(ByteBuffer records, int at, int segment) {
        ComponentKey key =
                new ComponentKey(
                        RecordLayout.volume(records, at), RecordLayout.generation(records, at));
        Dropped entry = core.dropped.computeIfAbsent(key, _ -> new Dropped());
        core.space.addNotes(entry.dropSegment, -1);
        entry.dropSegment = segment;
        core.space.addNotes(segment, 1);
        ComponentState gone = core.components.remove(key);
        if (gone != null) {
            gone.isDropped = true;
            entry.createSegments.addAll(gone.createSegments);
            core.space.addNotes(gone.stateSegment, -1);
            core.space.addNotes(gone.epochSegment, -1);
            gone.unmapAll();
        }
    }

    /** A CREATE record of a dropped component stands in {@code segment}. */
    static void applyCreateOfDropped(Dropped entry, int segment) {
        entry.createSegments.add(segment);
    }
}
