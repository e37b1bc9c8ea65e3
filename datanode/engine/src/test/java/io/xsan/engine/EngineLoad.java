package io.xsan.engine;

import com.sun.management.ThreadMXBean;
import io.xsan.base.Check;
import io.xsan.base.ClusterId;
import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.base.log.Log;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.Crc32c;
import io.xsan.base.memory.PoolConfig;
import io.xsan.base.seam.Clock;
import io.xsan.meta.MetaPort;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.decide.Decider;
import io.xsan.meta.decide.Decision;
import io.xsan.meta.image.AttachmentRecord;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.VolumePolicy;
import io.xsan.store.DeviceOutcome;
import io.xsan.store.Limits;
import io.xsan.store.LogStore;
import io.xsan.store.StoreConfig;
import io.xsan.store.format.DeviceRole;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Random single-page writes and reads of a host on a volume with three replicas: three shards with
 * their stores on memory, one thread, no sockets.
 */
final class EngineLoad implements Clock, VolumeSession.Listener {
    static final ClusterId CLUSTER = new ClusterId(1, 2);
    static final long INCARNATION = 7;
    static final int DEPTH = 16;
    private static final int NODES = 3;
    private static final VolumeId VOLUME = new VolumeId(5);
    private static final long ATTACHMENT = 9;
    private static final int SEGMENT_BYTES = 4 << 20;
    private static final int BLOCKS = 8;
    private static final int TURNS_TO_SERVE_MAX = 10_000;

    private final List<ShardCore> shards = new ArrayList<>();
    private final List<DirectNetwork> networks = new ArrayList<>();
    private final List<LogStore> stores = new ArrayList<>();
    private final ArrayDeque<Runnable> answers = new ArrayDeque<>();
    private final BufferPool pool = new BufferPool(new PoolConfig(64, 256, 8, 0, 4 << 20));
    private final Io[] ios = new Io[DEPTH];
    private ClusterImage image = ClusterImage.UNFORMED;
    private @Nullable VolumeSession session;
    private long index;
    private long nanos = 1_000_000_000L;
    private long random = 1;
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long done;
    long ticks;
    long tickBytes;

    /** One request of the host. */
    private final class Io extends VolumeIo {
        @Override
        public void onDone(ErrorCode status) {
            Check.that(status == ErrorCode.OK, "a request succeeds", status.number());
            done++;
        }
    }

    EngineLoad() {
        for (int node = 1; node <= NODES; node++) {
            addNode(node);
        }
        apply(new Command.FormCluster(CLUSTER, 1));
        for (int node = 1; node <= NODES; node++) {
            LogStore store = stores.get(node - 1);
            apply(
                    new Command.RegisterNode(
                            new NodeRecord(
                                    new NodeId(node),
                                    INCARNATION,
                                    store.storeId(),
                                    "127.0.0." + node,
                                    7480,
                                    "domain-" + node,
                                    store.status().usableBytes(),
                                    1)));
        }
        VolumePolicy policy = new VolumePolicy(NODES, 2, NODES);
        long size = (long) BLOCKS << 22;
        apply(new Command.CreateVolume(VOLUME, "load", size, 4096, policy, new NodeId(1), 100, 1));
        apply(new Command.Attach(VOLUME, new AttachmentRecord(ATTACHMENT, "host", false, false)));
        publish();
        serve();
        for (int i = 0; i < DEPTH; i++) {
            ios[i] = new Io();
            ios[i].buffer = Objects.requireNonNull(pool.take(4096));
            ios[i].lengthBytes = 4096;
            new Crc32c().stamp(Objects.requireNonNull(ios[i].buffer), 0, 1);
            ios[i].crcsValid = true;
        }
    }

    private void addNode(int node) {
        StoreConfig config =
                new StoreConfig(CLUSTER, node, DeviceRole.CACHE, SEGMENT_BYTES, Limits.DEFAULT);
        MemoryDisk disk = new MemoryDisk((2L << 20) + 28L * SEGMENT_BYTES);
        LogStore.format(config, disk, this::next, false, _ -> {});
        LogStore[] opened = new LogStore[1];
        LogStore.open(
                config,
                disk,
                this,
                Log.NONE,
                outcome -> {
                    if (outcome instanceof DeviceOutcome.Opened(LogStore store)) {
                        opened[0] = store;
                    }
                });
        LogStore store = Objects.requireNonNull(opened[0]);
        DirectNetwork network = new DirectNetwork(node);
        stores.add(store);
        networks.add(network);
        shards.add(
                new ShardCore(
                        new ShardSetup(
                                CLUSTER,
                                node,
                                INCARNATION,
                                this,
                                this::next,
                                network,
                                this::submit,
                                store,
                                pool,
                                EngineLimits.DEFAULT,
                                Bugs.NONE,
                                Log.NONE)));
    }

    /** The metadata: decided at once, answered and published after the turn. */
    private void submit(Command command, MetaPort.Answer answer) {
        Result result = apply(command);
        answers.add(() -> answer.onAnswer(ErrorCode.OK, result));
        answers.add(this::publish);
    }

    private Result apply(Command command) {
        Decision decision = Decider.decide(image, ++index, command);
        if (decision.result() instanceof Result.Refused refused) {
            throw Check.unreachable(command + ": " + refused);
        }
        image = decision.image();
        return decision.result();
    }

    private void publish() {
        shards.forEach(shard -> shard.onImage(image));
    }

    private void serve() {
        for (ShardCore shard : shards) {
            for (int node = 1; node <= NODES; node++) {
                shard.onLinkUp(node, INCARNATION);
            }
        }
        for (int i = 0; i < TURNS_TO_SERVE_MAX && session == null; i++) {
            if (i == 10) {
                shard(1).connect(VOLUME.value(), ATTACHMENT, 1, this);
            }
            settle();
            nanos += 10_000_000L;
            shards.forEach(shard -> shard.onLease(nanos + 2_000_000_000L));
            shards.forEach(shard -> shard.onTick(nanos));
        }
        Check.that(session != null, "the engine serves");
        shards.forEach(shard -> shard.onLease(Long.MAX_VALUE / 2));
    }

    ShardCore shard(int node) {
        return shards.get(node - 1);
    }

    /** Turns of all shards until nothing is under way. */
    private void settle() {
        boolean isBusy = true;
        while (isBusy) {
            isBusy = false;
            for (int i = 0; i < NODES; i++) {
                isBusy |= networks.get(i).deliver(this);
            }
            for (int i = 0; i < NODES; i++) {
                shards.get(i).endTurn(nanos);
            }
            while (!answers.isEmpty()) {
                answers.remove().run();
                isBusy = true;
            }
            for (int i = 0; i < NODES; i++) {
                isBusy |= networks.get(i).deliver(this);
            }
        }
    }

    /** {@link #DEPTH} requests of a page each, to their end, and what time brings. */
    void turn(VolumeIo.Kind kind) {
        VolumeSession open = Check.present(session, "the engine serves");
        for (Io io : ios) {
            long chosen = next();
            io.kind = kind;
            io.offsetBytes = (chosen & (BLOCKS - 1)) << 22 | (chosen >>> 8 & 1023) << 12;
            open.submit(io);
        }
        settle();
        nanos += 100_000L;
        if ((nanos / 100_000L) % 100 == 0) {
            tick();
        }
    }

    /** What time costs, whether there are requests or not, is counted apart. */
    private void tick() {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < NODES; i++) {
            shards.get(i).onTick(nanos);
        }
        tickBytes += threads.getCurrentThreadAllocatedBytes() - before;
        ticks++;
    }

    /** Frames that the owner has sent, to itself too. */
    long framesOfOwner() {
        return networks.getFirst().sent;
    }

    private long next() {
        random = random * 6364136223846793005L + 1442695040888963407L;
        return random >>> 20;
    }

    @Override
    public void onReady(VolumeSession ready) {
        session = ready;
    }

    @Override
    public void onResized(long sizeBytes) {}

    @Override
    public void onDropped(ErrorCode reason) {
        throw Check.unreachable("the session was dropped: " + reason);
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public long wallMillis() {
        return 1;
    }
}
