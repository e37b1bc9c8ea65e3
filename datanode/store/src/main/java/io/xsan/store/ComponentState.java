package io.xsan.store;

import io.xsan.base.Check;
import io.xsan.base.Pages;
import io.xsan.store.index.BlockMap;
import io.xsan.store.index.Extent;
import io.xsan.store.index.LayerMap;
import io.xsan.store.index.Ledger;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A component: its index, and where in the log its own records stand. */
final class ComponentState implements StoreComponent, Ledger {
    /** No segment. */
    static final int NONE = -1;

    final ComponentKey key;

    /** Null only during recovery, until its CREATE record was read. */
    @Nullable ComponentDescriptor descriptor;

    int epoch;
    long stable;
    long newestVersion;
    boolean isDamaged;

    /** No segment before the one of this sequence holds anything of it. */
    long bornSequence;

    /** From when its DROP record is in a group. */
    boolean isDropped;

    /** From when its CREATE record is durable. */
    boolean isCreated;

    /** True while it waits for a STABLE record to be written. */
    boolean isStableNoted;

    /** Next component that waits for a STABLE record. */
    @Nullable ComponentState nextNoted;

    /** Segments that hold a CREATE record of it. */
    final SegmentSet createSegments = new SegmentSet();

    /** Segment of the newest CREATE, EPOCH and STABLE record, or NONE. */
    int stateSegment = NONE;

    int epochSegment = NONE;
    int stableSegment = NONE;

    private final StoreCore core;
    private final LayerMap head;
    private final TreeMap<Integer, LayerMap> layers = new TreeMap<>();
    private long mappedPages;

    ComponentState(ComponentKey key, StoreCore core) {
        this.key = key;
        this.core = core;
        head = new LayerMap(core.scratch);
    }

    LayerMap layer(int layer) {
        return layer == 0 ? head : layers.computeIfAbsent(layer, _ -> new LayerMap(core.scratch));
    }

    @Nullable BlockMap block(int layer, long block) {
        return layer(layer).block(block);
    }

    void unmapAll() {
        head.unmapAll(this);
        layers.values().forEach(layer -> layer.unmapAll(this));
        Check.that(mappedPages == 0, "nothing is mapped", mappedPages);
    }

    @Override
    public ComponentDescriptor descriptor() {
        ComponentDescriptor known = descriptor;
        if (known == null) {
            throw Check.unreachable("descriptor is known");
        }
        return known;
    }

    @Override
    public long storeId() {
        return core.superblock.storeId();
    }

    @Override
    public boolean isDeviceFailed() {
        return core.isFailed;
    }

    @Override
    public int epoch() {
        return epoch;
    }

    @Override
    public long stable() {
        return stable;
    }

    @Override
    public long newestVersion() {
        return newestVersion;
    }

    @Override
    public long mappedBytes() {
        return mappedPages * Pages.PAGE_BYTES;
    }

    @Override
    public boolean isDamaged() {
        return isDamaged;
    }

    @Override
    public void onMapped(int kind, long place, int pages) {
        mappedPages += kind == Extent.DATA ? pages : 0;
        core.space.onMapped(kind, place, pages);
    }

    @Override
    public void onUnmapped(int kind, long place, int pages) {
        mappedPages -= kind == Extent.DATA ? pages : 0;
        core.space.onUnmapped(kind, place, pages);
    }

    @Override
    public void onSplit(int kind, long place, int extents) {
        core.space.onSplit(kind, place, extents);
    }
}
