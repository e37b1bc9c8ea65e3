package io.xsan.sim.cluster;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.base.log.Log;
import io.xsan.base.memory.BufferPool;
import io.xsan.engine.Shard;
import io.xsan.engine.ShardStatus;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.decide.FeatureLevels;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.lease.LeaseHolder;
import io.xsan.sim.meta.SimLeases;
import io.xsan.sim.meta.SimMetaPort;
import io.xsan.sim.net.SimNetwork;
import io.xsan.sim.world.SimClock;
import io.xsan.sim.world.SimLane;
import io.xsan.sim.world.SimRandom;
import io.xsan.sim.world.SimScheduler;
import io.xsan.sim.world.SimWorld;
import io.xsan.store.BlockStore;
import io.xsan.store.DeviceOutcome;
import io.xsan.store.DeviceStores;
import io.xsan.store.Limits;
import io.xsan.store.LogStore;
import io.xsan.store.StoreConfig;
import io.xsan.store.format.DeviceRole;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One life of a node's process. */
final class Life {
    private static final long TICK_NANOS = 10 * SimWorld.MILLI_NANOS;
    private static final long RETRY_NANOS = 300 * SimWorld.MILLI_NANOS;
    private static final long START_NANOS = 20 * SimWorld.MILLI_NANOS;
    private static final long REPLACE_NANOS = 2 * SimWorld.SECOND_NANOS;

    private final Surroundings around;
    private final int id;
    private final SimClock clock;
    private final SimRandom chance;
    private final long incarnation;
    private final SimLane lane;
    private final Runnable onDeviceFailed;
    private final BufferPool pool;
    private final BufferPool hostPool;
    private final SimNetwork network;
    private final SimMetaPort meta;
    private final List<LogStore> opened = new ArrayList<>();
    private @Nullable SimDevices devices;
    private @Nullable DeviceStores store;
    private @Nullable Shard shard;
    private String refused = "";
    private final LeaseHolder lease = new LeaseHolder(SimLeases.CONFIG);
    private @Nullable ClusterImage image;
    private boolean isRegistered;
    private long seen;
    private long followed;

    /** {@code onDeviceFailed} is told, outside of the process, that it must end. */
    Life(Surroundings around, int id, SimClock clock, SimRandom chance, Runnable onDeviceFailed) {
        this.onDeviceFailed = onDeviceFailed;
        this.around = around;
        this.id = id;
        this.clock = clock;
        this.chance = chance;
        incarnation = chance.nextId();
        pool = new BufferPool(around.shape().pool());
        hostPool = new BufferPool(around.shape().hostPool());
        lane = new SimLane(around.world(), chance.split("turns"), this::endTurn);
        network = around.fabric().attach(new SimNetwork.Identity(id, incarnation), lane, pool);
        meta = new SimMetaPort(around.consensus().logOf(id, lane));
    }

    SimLane lane() {
        return lane;
    }

    long incarnation() {
        return incarnation;
    }

    BufferPool pool() {
        return pool;
    }

    BufferPool hostPool() {
        return hostPool;
    }

    @Nullable Shard shard() {
        return shard;
    }

    @Nullable BlockStore store() {
        return store;
    }

    /** Opens the stores of the devices that are there, formatting the blank ones; then all else. */
    void begin(SimDevices of) {
        devices = of;
        lane.post(chance.delay(START_NANOS), opening(of, 0));
    }

    private Runnable opening(SimDevices of, int index) {
        if (index == of.slots().size()) {
            return () -> onAllOpened(of);
        }
        SimDevices.Slot slot = of.slots().get(index);
        if (slot.isAway) {
            return opening(of, index + 1);
        }
        StoreConfig config =
                new StoreConfig(
                        around.cluster(),
                        id,
                        DeviceRole.CACHE,
                        around.shape().segmentBytes(),
                        Limits.DEFAULT);
        Runnable open =
                () ->
                        LogStore.open(
                                config,
                                slot.disk(),
                                clock,
                                Log.NONE,
                                outcome -> onDevice(of, index, outcome));
        if (!slot.isBlank) {
            return open;
        }
        slot.isBlank = false;
        SimRandom formatting = of.formatting(slot);
        return () ->
                LogStore.format(
                        config,
                        slot.disk(),
                        formatting,
                        slot.isHalfFormatted,
                        outcome -> {
                            if (outcome instanceof DeviceOutcome.Formatted) {
                                lane.post(0, open);
                            } else {
                                slot.isBlank = true;
                                slot.isHalfFormatted = true;
                                onDevice(of, index, outcome);
                            }
                        });
    }

    private void onDevice(SimDevices of, int index, DeviceOutcome outcome) {
        switch (outcome) {
            case DeviceOutcome.Opened(LogStore store) -> {
                of.slots().get(index).storeId = store.storeId();
                opened.add(store);
                opening(of, index + 1).run();
            }
            case DeviceOutcome.Refused(var code, var reason) -> {
                around.world().trace("device-refused", id, code.number(), 0);
                refused = reason;
                opening(of, index + 1).run();
            }
            case DeviceOutcome.Blank() -> {
                // The process ended while it formatted the device.
                of.slots().get(index).isBlank = true;
                opening(of, index).run();
            }
            case DeviceOutcome.Formatted _ -> throw Check.unreachable("the device is opened");
        }
    }

    private void onAllOpened(SimDevices of) {
        if (opened.isEmpty()) {
            around.world().after(RETRY_NANOS, onDeviceFailed);
            return;
        }
        boolean isPartial =
                of.slots().stream()
                        .anyMatch(slot ->
                                slot.storeId != 0
                                        && opened.stream()
                                                .noneMatch(s -> s.storeId() == slot.storeId));
        if (isPartial) {
            around.world().probes().hit("device.away");
        }
        onOpen(new DeviceStores(opened, isPartial));
    }

    private void onOpen(DeviceStores opened) {
        Shard made =
                around.shards()
                        .make(
                                new ShardFactory.Seams(
                                        around.cluster(),
                                        id,
                                        incarnation,
                                        clock,
                                        new SimScheduler(lane, clock),
                                        chance.split("shard"),
                                        pool,
                                        opened,
                                        network,
                                        meta));
        store = opened;
        shard = made;
        network.start(made);
        around.consensus().attach(id, lane, this::onImage);
        register(opened);
        renew(made);
        tick(made, opened);
    }

    /** Why the device could not be opened, or empty. */
    String refused() {
        return refused;
    }

    private void onImage(ClusterImage newer) {
        Check.present(shard, "images come after opening").onImage(newer);
        if (image == null || newer.index() > image.index()) {
            image = newer;
            boolean isOther =
                    newer.node(new NodeId(id))
                            .filter(node -> node.incarnation() != incarnation)
                            .isPresent();
            if (isOther && isRegistered && store != null) {
                // A registration of an earlier life that came late has replaced this one's.
                around.world().probes().hit("node.registers-again");
                isRegistered = false;
                register(store);
            }
        }
    }

    private void endTurn() {
        if (shard != null) {
            shard.endTurn(clock.nanoTime());
        }
        network.flush();
        seen = image == null ? 0 : image.index();
    }

    private void tick(Shard to, DeviceStores of) {
        if (of.status().isFailed()) {
            around.world().after(0, onDeviceFailed);
            return;
        }
        to.onTick(clock.nanoTime());
        lane.post(clock.trueNanos(TICK_NANOS), () -> tick(to, of));
    }

    private void register(BlockStore of) {
        NodeRecord record =
                new NodeRecord(
                        new NodeId(id),
                        incarnation,
                        Check.present(devices, "the process has begun").anchor(),
                        "node" + id,
                        7480,
                        "domain" + id,
                        of.status().usableBytes() * around.shape().toldTimes(),
                        FeatureLevels.HIGHEST);
        meta.submit(
                new Command.RegisterNode(record),
                (_, result) -> {
                    if (result == null) {
                        lane.post(RETRY_NANOS, () -> register(of));
                    } else {
                        onRegistered(of, result);
                    }
                });
    }

    private void onRegistered(BlockStore of, Result result) {
        isRegistered = result instanceof Result.Done;
        if (!isRegistered) {
            Check.that(
                    result instanceof Result.Refused refused
                            && refused.code() == ErrorCode.IDENTITY_MISMATCH,
                    "a node is registered, or has another store",
                    id);
            around.world().probes().hit("node.has-another-store");
            NodeRecord known = around.consensus().image().node(new NodeId(id)).orElseThrow();
            around.world()
                    .after(
                            chance.delay(REPLACE_NANOS),
                            () -> around.replace().accept(known.id(), known.storeId()));
            lane.post(2 * REPLACE_NANOS, () -> register(of));
        }
    }

    /** Asks for the lease again and again, counted from when it was asked for. */
    private void renew(Shard to) {
        if (hasEndedLostEngines(to)) {
            followed = Math.max(followed, seen);
        }
        long request = lease.onRequest(clock.nanoTime());
        long index = followed;
        around.world()
                .after(chance.delay(SimWorld.MILLI_NANOS), () -> renewAtLeader(to, request, index));
        lane.post(clock.trueNanos(SimLeases.CONFIG.renewEveryNanos()), () -> renew(to));
    }

    /** Engines that hand over may still answer reads: the node has not followed the move yet. */
    private boolean hasEndedLostEngines(Shard of) {
        ClusterImage known = image;
        for (ShardStatus.Engine engine : of.status().engines()) {
            boolean isOurs =
                    known != null
                            && known.volume(new VolumeId(engine.volume()))
                                    .filter(volume -> volume.owner().value() == id)
                                    .isPresent();
            if (!isOurs && engine.state() != ShardStatus.EngineState.ENDED) {
                return false;
            }
        }
        return true;
    }

    private void renewAtLeader(Shard to, long request, long index) {
        if (around.consensus().reaches(id) && around.leases().renew(id, incarnation, index)) {
            lane.post(chance.delay(SimWorld.MILLI_NANOS), () -> onGranted(to, request));
        }
    }

    private void onGranted(Shard to, long request) {
        lease.onGranted(request);
        to.onLease(lease.untilNanos());
    }

    void end() {
        lane.kill();
        pool.abandon();
        hostPool.abandon();
        opened.forEach(LogStore::release);
    }
}
