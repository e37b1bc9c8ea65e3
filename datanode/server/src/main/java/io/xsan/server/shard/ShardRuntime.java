package io.xsan.server.shard;

import io.xsan.base.ClusterId;
import io.xsan.base.ErrorCode;
import io.xsan.base.Refusal;
import io.xsan.base.log.Log;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.base.seam.Clock;
import io.xsan.base.seam.Entropy;
import io.xsan.engine.Bugs;
import io.xsan.engine.EngineLimits;
import io.xsan.engine.ShardCore;
import io.xsan.engine.ShardSetup;
import io.xsan.engine.ShardStatus;
import io.xsan.engine.VolumeSession;
import io.xsan.frontend.volume.VolumeConnection;
import io.xsan.frontend.volume.VolumeLink;
import io.xsan.meta.MetaPort;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.NodeRecord;
import io.xsan.protocol.FrameFault;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.LinkState;
import io.xsan.server.disk.Placement;
import io.xsan.server.nbd.NbdServer;
import io.xsan.server.nbd.ShardExports;
import io.xsan.server.net.LinkTls;
import io.xsan.server.net.NetworkConfig;
import io.xsan.server.net.PeerNetwork;
import io.xsan.server.traffic.ShardTraffic;
import io.xsan.store.format.DeviceRole;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A shard with all it stands on, wired by hand: loop, memory, device, store, network, NBD. Built
 * and used from any thread but the loop's; what it holds is touched on the loop alone.
 */
public final class ShardRuntime {
    /**
     * A device of a shard. {@code type} is for displays; {@code bytes} counts for a directory only;
     * {@code mayUseRing} false reads through a pool of threads in any case.
     */
    public record Device(
            Path path,
            String type,
            long bytes,
            DeviceRole role,
            Placement placement,
            boolean mayUseRing) {}

    /**
     * What a shard is to be. {@code dataDir} is where it notes which stores it has. {@code tls}
     * null only in tests on loopback.
     */
    public record Setup(
            ClusterId cluster,
            int node,
            long incarnation,
            InetSocketAddress address,
            Path dataDir,
            List<Device> devices,
            PoolConfig pool,
            int connectionsMax,
            EngineLimits limits,
            @Nullable LinkTls tls,
            Clock clock,
            Entropy entropy,
            Log log) {
        /** Copies the list. */
        public Setup {
            devices = List.copyOf(devices);
        }
    }

    private final Setup setup;
    private final ShardLoop loop;
    private final BufferPool pool;
    private final NodeDevices devices;
    private final PeerNetwork network;
    private final ShardCore core;
    private final ShardExports exports;
    private final NbdServer nbd;
    private volatile long settledIndex;
    private volatile long letGoIndex;
    private volatile long turnedNanos;

    /**
     * Opens the devices (formatting what is new to the node) and recovers the stores. {@code meta}
     * makes the way to the metadata, whose answers must come by {@link #post}.
     *
     * @throws IOException if a device cannot be opened that is needed
     * @throws Refusal if a device belongs to another cluster or node
     */
    public ShardRuntime(Setup setup, Function<ShardRuntime, MetaPort> meta) throws IOException {
        this.setup = setup;
        turnedNanos = setup.clock().nanoTime();
        loop = new ShardLoop("xsan-shard-0", setup.clock(), setup.log());
        pool = new BufferPool(setup.pool());
        devices = openDevices();
        LinkState.Self self =
                new LinkState.Self(setup.cluster(), setup.node(), setup.incarnation());
        NetworkConfig config = new NetworkConfig(setup.tls(), setup.connectionsMax(), setup.log());
        network = new PeerNetwork(self, loop, pool, config, this::agentSide);
        core = new ShardCore(shardSetup(meta.apply(this)));
        network.setReceiver(core);
        exports = new ShardExports(core, setup.node(), setup.clock());
        nbd = new NbdServer(setup.cluster(), loop, pool, exports, config);
    }

    private ShardSetup shardSetup(MetaPort meta) {
        return new ShardSetup(
                setup.cluster(),
                setup.node(),
                setup.incarnation(),
                setup.clock(),
                setup.entropy(),
                network,
                meta,
                devices.stores(),
                pool,
                setup.limits(),
                Bugs.NONE,
                setup.log());
    }

    private NodeDevices openDevices() throws IOException {
        try {
            return onLoop(() -> {
                try {
                    return NodeDevices.open(setup);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /**
     * Id of the store by which the cluster is to know this node, which it knows by {@code known}
     * now, 0 if not at all. Any thread but the loop's.
     */
    public long storeId(long known) {
        return onLoop(() -> devices.identity(known));
    }

    /** Bytes that components may hold on the devices that work. Any thread but the loop's. */
    public long usableBytes() {
        return onLoop(() -> devices.stores().status().usableBytes());
    }

    /** How each device is, in the order of the configuration. Any thread but the loop's. */
    public List<DeviceStatus> devices() {
        return onLoop(devices::status);
    }

    /** Opens the ports and starts turns. */
    public void start(Path nbdSocket, InetSocketAddress nbdAddress)
            throws IOException, InterruptedException {
        onLoop(() -> {
            devices.start(this::wake);
            loop.atTurnEnd(this::endTurn);
            loop.atTick(core::onTick);
            loop.atTick(network::onTick);
            return 0;
        });
        network.listen(setup.address());
        nbd.listen(nbdSocket);
        nbd.listen(nbdAddress);
    }

    /** Something has ended on a thread of the device: the next turn takes it. */
    private void wake() {
        loop.post(() -> {});
    }

    private void endTurn(long nowNanos) {
        nbd.onTurnEnd(nowNanos);
        network.deliverLocal();
        network.flush();
        devices.runReads();
        network.deliverLocal();
        core.endTurn(nowNanos);
        network.deliverLocal();
        network.flush();
        nbd.flush();
        if (devices.hasReads()) {
            loop.touch();
        }
        settledIndex = core.settledIndex();
        letGoIndex = core.letGoIndex();
        turnedNanos = nowNanos;
    }

    /** Index of which the leader should know at once that it is settled. Any thread. */
    public long letGoIndex() {
        return letGoIndex;
    }

    /** When the last turn ended, or this was made. Any thread. */
    public long turnedNanos() {
        return turnedNanos;
    }

    /** Takes a newer image of the metadata. Any thread. */
    public void onImage(ClusterImage image) {
        Map<Integer, InetSocketAddress> peers = new LinkedHashMap<>();
        for (NodeRecord node : image.nodes().values()) {
            peers.put(node.id().value(), new InetSocketAddress(node.host(), node.basePort()));
        }
        loop.post(() -> {
            network.setPeers(peers);
            exports.onImage(image);
            core.onImage(image);
        });
    }

    /**
     * Index of an image that no engine of a lost volume has outlived; see LeaseTable. Any thread.
     */
    public long settledIndex() {
        return settledIndex;
    }

    /** Tells of the lease. Any thread. */
    public void onLease(long untilNanos) {
        loop.post(() -> core.onLease(untilNanos));
    }

    /** Runs an action on the shard. Any thread. */
    public void post(Runnable action) {
        loop.post(action);
    }

    /** What goes in and out. Any thread but the loop's. */
    public ShardTraffic traffic() {
        return onLoop(() ->
                new ShardTraffic(
                        network.traffic(),
                        nbd.traffic(),
                        loop.mailboxDepth(),
                        loop.mailboxWaits(),
                        pool.lentCount()));
    }

    /** The other datanodes that there is a link to. Any thread but the loop's. */
    public Set<Integer> peersUp() {
        return onLoop(network::peersUp);
    }

    /** Deletes an orphan; see ShardCore. Any thread but the loop's. */
    public CompletableFuture<ErrorCode> dropOrphan(long volume, long generation) {
        CompletableFuture<ErrorCode> done = new CompletableFuture<>();
        loop.post(() -> core.dropOrphan(volume, generation, done::complete));
        return done;
    }

    /** Begins to scrub a volume; see Shard. Any thread but the loop's. */
    public ErrorCode scrub(long volume) {
        return onLoop(() -> core.scrub(volume));
    }

    /** What the shard is doing. Any thread but the loop's. */
    public ShardStatus status() {
        return onLoop(core::status);
    }

    private PeerNetwork.AgentSide agentSide(PeerNetwork.AgentOut out) {
        VolumeLink link =
                new VolumeLink() {
                    @Override
                    public void send(FrameHeader header, @Nullable PageBuffer body, int offset) {
                        out.send(header, body, offset);
                    }

                    @Override
                    public void close() {
                        out.close();
                    }

                    @Override
                    public void connect(
                            long volume, long attachment, long session, VolumeSession.Listener l) {
                        core.connect(volume, attachment, session, l);
                    }
                };
        VolumeConnection connection = new VolumeConnection(link, pool);
        return new PeerNetwork.AgentSide() {
            @Override
            public FrameFault onHeader(FrameHeader header) {
                return connection.onHeader(header);
            }

            @Override
            public void onFrame(FrameHeader header, @Nullable PageBuffer body) {
                connection.onFrame(header, body);
            }

            @Override
            public void onTurnEnd() {
                connection.onTurnEnd();
            }

            @Override
            public void onClosed() {
                connection.onClosed();
            }
        };
    }

    private <T> T onLoop(java.util.concurrent.Callable<T> action) {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop.loop()
                .execute(() -> {
                    try {
                        result.complete(action.call());
                    } catch (Exception e) {
                        result.completeExceptionally(e);
                    }
                });
        try {
            return result.get(5, TimeUnit.MINUTES);
        } catch (java.util.concurrent.ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("the shard does not answer", e);
        }
    }

    /** Stops in order: I/O of hosts, engines, store, ports. Returns when everything is durable. */
    public void close() throws IOException {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        loop.post(() -> core.close(() -> done.complete(true)));
        try {
            done.get(5, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException | TimeoutException e) {
            setup.log().warn("stop-not-clean", "reason", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        onLoop(() -> {
            nbd.close();
            network.close();
            return 0;
        });
        loop.close();
        devices.close();
    }
}
