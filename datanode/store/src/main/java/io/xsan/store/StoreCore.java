package io.xsan.store;

import io.xsan.base.log.Log;
import io.xsan.base.memory.Crc32c;
import io.xsan.base.seam.Clock;
import io.xsan.base.seam.Disk;
import io.xsan.store.format.GroupPlace;
import io.xsan.store.format.Superblock;
import io.xsan.store.index.BlockMap;
import io.xsan.store.segment.SegmentTable;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/** State that the parts of a store share. */
final class StoreCore {
    /** A component that was dropped, and of which CREATE records are still on the device. */
    static final class Dropped {
        final SegmentSet createSegments = new SegmentSet();
        int dropSegment = ComponentState.NONE;
    }

    final Superblock superblock;
    final Disk disk;
    final Limits limits;
    final Clock clock;
    final Log log;
    final SegmentTable table;
    final Space space;
    final StoreMemory memory;
    final Crc32c crc = new Crc32c();
    final BlockMap.Scratch scratch = new BlockMap.Scratch();
    final GroupPlace place = new GroupPlace();
    final LinkedHashMap<ComponentKey, ComponentState> components = new LinkedHashMap<>();
    final LinkedHashMap<ComponentKey, Dropped> dropped = new LinkedHashMap<>();

    /** Sequence number of the next segment opened. */
    long nextSegmentSequence = 2;

    /** First component that waits for a STABLE record. */
    @Nullable ComponentState firstNoted;

    /** True once components were repaired in this life, and none is damaged any more. */
    boolean isWhole;

    boolean isFailed;
    boolean isClosed;
    long clientBytesWritten;
    long deviceBytesWritten;
    long syncs;
    long cleanedSegments;
    long movedBytes;

    StoreCore(Superblock superblock, Disk disk, Limits limits, Clock clock, Log log) {
        this.superblock = superblock;
        this.disk = disk;
        this.limits = limits;
        this.clock = clock;
        this.log = log;
        table = new SegmentTable(superblock.segmentCount());
        space = new Space(superblock, table, limits);
        memory = new StoreMemory(superblock, limits);
        place.groupSequence = 1;
    }

    ComponentState componentOrNew(long volume, long generation) {
        ComponentKey key = new ComponentKey(volume, generation);
        ComponentState known = components.get(key);
        if (known == null) {
            known = new ComponentState(key, this);
            components.put(key, known);
        }
        return known;
    }

    /** A component was repaired. */
    void judgeDamage() {
        isWhole = components.values().stream().noneMatch(component -> component.isDamaged);
    }

    /** The component will get a STABLE record with the next group. */
    void note(ComponentState component) {
        if (!component.isStableNoted) {
            component.isStableNoted = true;
            component.nextNoted = firstNoted;
            firstNoted = component;
        }
    }

    /** The device's state is unknown from now on: it is not used again. */
    void fail(String operation) {
        if (!isFailed) {
            isFailed = true;
            log.error("device-failed", "storeId", superblock.storeId(), "operation", operation);
        }
    }

    /** A segment's contents are gone for good. */
    void forgetSegment(int segment) {
        for (ComponentState component : components.values()) {
            component.createSegments.remove(segment);
        }
        var entries = dropped.values().iterator();
        while (entries.hasNext()) {
            Dropped entry = entries.next();
            entry.createSegments.remove(segment);
            if (entry.createSegments.isEmpty()) {
                space.addNotes(entry.dropSegment, -1);
                entries.remove();
            }
        }
    }
}
