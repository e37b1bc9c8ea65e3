package io.xsan.store;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.log.Log;
import io.xsan.base.seam.Clock;
import io.xsan.base.seam.Disk;
import io.xsan.base.seam.Entropy;
import io.xsan.store.DeviceProbe.Finding;
import io.xsan.store.format.RecordLayout;
import io.xsan.store.format.Superblock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The block store: a log of segments on one device, an index in memory, a cleaner. One shard only.
 *
 * <p>An op is answered after the sync that covers it. A failed write or sync ends the device: every
 * op from then on is answered DEVICE_FAILED.
 */
public final class LogStore implements BlockStore {
    private final StoreCore core;
    private final CommitLoop loop;
    private final ReadPath reads;

    LogStore(StoreCore core, RecordApplier applier) {
        this.core = core;
        loop = new CommitLoop(core, applier);
        reads = new ReadPath(core, loop);
    }

    /**
     * Makes an empty store. Refused unless the first and the last MiB of the device are zeros, or
     * {@code isForced}.
     */
    public static void format(
            StoreConfig config,
            Disk disk,
            Entropy entropy,
            boolean isForced,
            DeviceOutcome.Listener listener) {
        Formatter formatter = new Formatter(config, disk, listener);
        if (isForced) {
            formatter.start(entropy);
            return;
        }
        Consumer<Finding> judge =
                finding -> {
                    switch (finding) {
                        case Finding.Zeros() -> formatter.start(entropy);
                        case Finding.Foreign(String reason) -> formatter.refuse(reason);
                        case Finding.Known(Superblock superblock) ->
                                formatter.refuse(
                                        "the device belongs to cluster " + superblock.cluster());
                    }
                };
        new DeviceProbe(disk, new DiskSteps(disk), judge).start();
    }

    /** Recovers the store of a device. Refused if the device is not of this cluster and node. */
    public static void open(
            StoreConfig config, Disk disk, Clock clock, Log log, DeviceOutcome.Listener listener) {
        DiskSteps steps = new DiskSteps(disk);
        Consumer<Finding> judge =
                finding -> {
                    switch (finding) {
                        case Finding.Zeros() -> listener.onDeviceDone(new DeviceOutcome.Blank());
                        case Finding.Foreign(String reason) ->
                                listener.onDeviceDone(
                                        new DeviceOutcome.Refused(
                                                ErrorCode.IDENTITY_MISMATCH, reason));
                        case Finding.Known(Superblock superblock) -> {
                            DeviceOutcome.Refused refused =
                                    DeviceProbe.mismatch(superblock, config);
                            if (refused == null) {
                                Limits limits = config.limits();
                                StoreCore core =
                                        new StoreCore(superblock, disk, limits, clock, log);
                                new Recovery(core, steps, Recovery.Source.SUMMARIES, listener)
                                        .start();
                            } else {
                                listener.onDeviceDone(refused);
                            }
                        }
                    }
                };
        new DeviceProbe(disk, steps, judge).start();
    }

    /**
     * Recovers the store of a device, whosever it is, from the groups of its segments alone, and
     * writes all their summaries anew. Refused if the device has no store.
     */
    public static void rebuild(
            Disk disk, Limits limits, Clock clock, Log log, DeviceOutcome.Listener listener) {
        DiskSteps steps = new DiskSteps(disk);
        Consumer<Finding> judge =
                finding -> {
                    switch (finding) {
                        case Finding.Zeros() -> listener.onDeviceDone(new DeviceOutcome.Blank());
                        case Finding.Foreign(String reason) ->
                                listener.onDeviceDone(
                                        new DeviceOutcome.Refused(
                                                ErrorCode.IDENTITY_MISMATCH, reason));
                        case Finding.Known(Superblock superblock) -> {
                            StoreCore core = new StoreCore(superblock, disk, limits, clock, log);
                            new Recovery(core, steps, Recovery.Source.GROUPS, listener).start();
                        }
                    }
                };
        new DeviceProbe(disk, steps, judge).start();
    }

    /** Id of this store, made at format: another drive in its place has another. Positive. */
    public long storeId() {
        return core.superblock.storeId();
    }

    @Override
    public @Nullable StoreComponent component(long volume, long generation) {
        ComponentState found = core.components.get(new ComponentKey(volume, generation));
        return found != null && found.isCreated ? found : null;
    }

    @Override
    public Collection<StoreComponent> components() {
        List<StoreComponent> all = new ArrayList<>();
        for (ComponentState component : core.components.values()) {
            if (component.isCreated) {
                all.add(component);
            }
        }
        return all;
    }

    @Override
    public void create(CreateOp op) {
        loop.add(op, StoreOp.Action.CREATE);
    }

    @Override
    public void drop(StoreOp op) {
        loop.add(op, StoreOp.Action.DROP);
    }

    @Override
    public void persistEpoch(StoreOp op) {
        loop.add(op, StoreOp.Action.EPOCH);
    }

    @Override
    public void persistRepaired(StoreOp op) {
        loop.add(op, StoreOp.Action.REPAIRED);
    }

    @Override
    public void write(WriteOp op) {
        checkRange(op.block, op.firstPage, op.pages);
        Check.that(op.version > 0, "version of a write", op.version);
        if (op.content == WriteOp.Content.DATA) {
            if (op.buffer == null) {
                throw Check.unreachable("a write of data has a buffer");
            }
            op.buffer.retain();
        }
        loop.add(op, StoreOp.Action.WRITE);
    }

    @Override
    public void read(ReadOp op) {
        checkRange(op.block, op.firstPage, op.pages);
        reads.read(op);
    }

    private static void checkRange(long block, int firstPage, int pages) {
        Check.that(block >= 0 && block < RecordLayout.BLOCKS_MAX, "block", block);
        Check.that(pages > 0 && firstPage >= 0, "pages", firstPage, pages);
        Check.that(firstPage + pages <= Pages.PAGES_PER_BLOCK, "pages", firstPage, pages);
    }

    @Override
    public void extents(ExtentsOp op) {
        loop.add(op, StoreOp.Action.EXTENTS);
    }

    @Override
    public void noteStable(StoreComponent component, long stable) {
        if (component instanceof ComponentState known && stable > known.stable) {
            known.stable = stable;
            core.note(known);
        }
    }

    @Override
    public void flush() {
        loop.flush();
    }

    @Override
    public void tick(long nowNanos) {
        loop.cleaner().allow(core.limits.cleanPagesPerTick());
        loop.pump();
    }

    @Override
    public StoreStatus status() {
        return new StoreStatus(
                core.superblock.storeId(),
                core.space.usableBytes(),
                core.space.freeBytes(),
                core.space.liveBytes(),
                core.clientBytesWritten,
                core.deviceBytesWritten,
                core.syncs,
                core.table.freeCount(),
                core.table.count(),
                core.isFailed,
                core.cleanedSegments,
                core.movedBytes);
    }

    @Override
    public List<StoreStatus> devices() {
        return List.of(status());
    }

    @Override
    public boolean isPartial() {
        return false;
    }

    @Override
    public void close(StoreOp op) {
        loop.add(op, StoreOp.Action.CLOSE);
        loop.flush();
    }

    /**
     * Frees the memory, and gives back the buffers of ops that are not answered, without touching
     * the device: after the answer of {@link #close}, or when the process that this store is part
     * of is simulated to have died. No call and no completion may follow.
     */
    public void release() {
        loop.releaseBuffers();
        reads.releaseBuffers();
        core.memory.close();
    }

    @Override
    public String toString() {
        return core.superblock.storeId() + ": " + loop;
    }
}
