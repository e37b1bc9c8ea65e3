package io.xsan.server.node;

import io.grpc.StatusRuntimeException;
import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.Refusal;
import io.xsan.base.log.Level;
import io.xsan.engine.EngineLimits;
import io.xsan.engine.ShardStatus;
import io.xsan.meta.command.Command;
import io.xsan.meta.heartbeat.HeardNode;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.lease.LeaseAnswer;
import io.xsan.protocol.client.ApiException;
import io.xsan.server.api.ApiServer;
import io.xsan.server.api.NodeView;
import io.xsan.server.api.Peers;
import io.xsan.server.api.Proposer;
import io.xsan.server.config.ConfigReader;
import io.xsan.server.config.DatanodeConfig;
import io.xsan.server.log.EventLog;
import io.xsan.server.ports.PortCheck;
import io.xsan.server.raft.MetadataGroup;
import io.xsan.server.raft.RaftMetaPort;
import io.xsan.server.shard.DeviceStatus;
import io.xsan.server.shard.ShardRuntime;
import io.xsan.server.shard.SystemClock;
import io.xsan.server.shard.SystemEntropy;
import io.xsan.server.tls.TlsContexts;
import io.xsan.server.traffic.ShardTraffic;
import io.xsan.store.format.DeviceRole;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One datanode process in mode {@code storage}. */
public final class Datanode implements NodeView {
    private static final long REGISTER_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long IMAGE_WAIT_MILLIS = 3_000;
    private static final long HAND_OVER_NANOS = TimeUnit.MILLISECONDS.toNanos(2_500);
    private static final long LEAD_MILLIS = 700;

    private final DatanodeConfig config;
    private final EventLog log;
    private final SystemClock clock = new SystemClock();
    private final SystemEntropy entropy = new SystemEntropy();
    private final long incarnation = entropy.nextId();
    private final ImageFeed images = new ImageFeed();
    private final Membership membership;
    private final MetadataGroup group;
    private final ShardRuntime shard;
    private final Proposer proposer;
    private final Peers peers;
    private final LeaseKeeper leases;
    private final ApiServer api;
    private final HealthServer health;
    private final MoveDriver moves;
    private final NodeHeartbeat heartbeat;
    private volatile @Nullable ShardRuntime following;
    private volatile @Nullable NodeHeartbeat told;
    private volatile boolean isReady;
    private volatile boolean isStopping;

    private Datanode(DatanodeConfig config, EventLog log) throws IOException, InterruptedException {
        this.config = config;
        this.log = log;
        Path data = config.cluster().dataDir();
        membership = Membership.open(config, this::onImage, clock, log);
        group = membership.group();
        shard = new ShardRuntime(shardSetup(), runtime -> new RaftMetaPort(group, runtime::post));
        following = shard;
        heartbeat = new NodeHeartbeat(this, incarnation, this::onUsable, clock, log);
        told = heartbeat;
        heartbeat.onImage(images.image());
        shard.onImage(images.image());
        proposer = new Proposer(group);
        peers = new Peers(this);
        leases =
                new LeaseKeeper(
                        new LeaseKeeper.Setup(
                                this,
                                peers,
                                incarnation,
                                clock,
                                shard::settledIndex,
                                shard::letGoIndex,
                                shard::turnedNanos,
                                shard::onLease,
                                log));
        shard.start(data.resolve("nbd.sock"), config.cluster().address(DatanodeConfig.Port.NBD));
        api = new ApiServer(this, proposer, peers, TlsContexts.credentials(config.tls(), log));
        moves = new MoveDriver(this, proposer, log);
        health = new HealthServer(this, () -> isReady);
    }

    private ShardRuntime.Setup shardSetup() {
        return new ShardRuntime.Setup(
                config.cluster().clusterId(),
                config.cluster().nodeId(),
                incarnation,
                config.cluster().address(DatanodeConfig.Port.PEER),
                config.cluster().dataDir(),
                config.storage().devices().stream().map(Datanode::shardDevice).toList(),
                config.memory(),
                config.network().connectionsMax(),
                EngineLimits.DEFAULT.withScrubInterval(config.storage().scrubIntervalMillis()),
                TlsContexts.links(
                        TlsContexts.credentials(config.tls(), log), config.network().isAuthOnly()),
                clock,
                entropy,
                log);
    }

    private static ShardRuntime.Device shardDevice(DatanodeConfig.Device device) {
        return new ShardRuntime.Device(
                device.path(),
                device.type(),
                device.sizeBytes(),
                device.role().equals("cache") ? DeviceRole.CACHE : DeviceRole.CAPACITY,
                device.placement(),
                device.mayUseRing());
    }

    /** On the thread that applies. */
    private void onImage(ClusterImage newer) {
        FeatureLevel.check(newer, log);
        images.publish(newer);
        ShardRuntime runtime = following;
        if (runtime != null) {
            runtime.onImage(newer);
        }
        NodeHeartbeat beats = told;
        if (beats != null) {
            beats.onImage(newer);
        }
    }

    /**
     * Makes a datanode, whose ports are open on return; {@link #start} makes it known.
     *
     * @throws IOException if a file, device or port cannot be used
     */
    static Datanode open(DatanodeConfig config, EventLog log)
            throws IOException, InterruptedException {
        return new Datanode(config, log);
    }

    /**
     * Takes part in the metadata, renews the lease, says that it lives, and registers: returns when
     * the cluster knows it.
     *
     * @throws IOException if its part in the metadata cannot be opened
     */
    void start() throws IOException {
        membership.start(
                incarnation, () -> !shardStatus().components().isEmpty(), () -> isStopping);
        leases.start();
        heartbeat.start();
        register();
        moves.start();
    }

    /**
     * Runs a datanode until it is told to stop: by SIGTERM, or, if {@code dieWithParent}, by the
     * end of its standard input. Returns the exit code.
     */
    public static int run(Path file, boolean dieWithParent) {
        EventLog log = new EventLog(System.err, Level.INFO, false);
        try {
            DatanodeConfig config = ConfigReader.read(file);
            log =
                    new EventLog(
                            System.err,
                            Level.valueOf(config.log().level()),
                            config.log().format().equals("json"));
            log.takeOverLibraries();
            Path data = config.cluster().dataDir();
            Files.createDirectories(data);
            try (FileChannel lockFile =
                            FileChannel.open(
                                    data.resolve("lock"),
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE);
                    FileLock lock = lockFile.tryLock()) {
                if (lock == null) {
                    throw new Refusal(
                            ErrorCode.CONFLICT, data + " is used by another datanode process");
                }
                PortCheck.refuseIfTaken(config.cluster());
                return open(config, log).runToEnd(dieWithParent);
            }
        } catch (Refusal e) {
            log.event(Level.FATAL, "cannot-start", "reason", String.valueOf(e.getMessage()));
            return 2;
        } catch (IOException e) {
            log.event(Level.FATAL, "cannot-start", "reason", e);
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private int runToEnd(boolean dieWithParent) throws IOException, InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        Thread stopper = Thread.ofPlatform().name("xsan-stop").unstarted(this::stop);
        Runtime.getRuntime().addShutdownHook(stopper);
        if (dieWithParent) {
            Thread.ofPlatform().name("xsan-parent").daemon().start(() -> awaitParent());
        }
        start();
        end.await();
        return 0;
    }

    private static void awaitParent() {
        try {
            while (System.in.read() >= 0) {
                // What the parent writes means nothing; its end does.
                continue;
            }
        } catch (IOException e) {
            Runtime.getRuntime().halt(1);
        }
        Runtime.getRuntime().exit(0);
    }

    /** Forms the cluster if nobody has, and makes this life of the node known. */
    private void register() {
        while (!isStopping && !isReady) {
            try {
                if (config.isMember()) {
                    proposer.propose(
                            new Command.FormCluster(
                                    config.cluster().clusterId(), FeatureLevel.KNOWN));
                }
                proposer.propose(new Command.RegisterNode(self(shard.usableBytes())));
                isReady = true;
                log.info(
                        "datanode-ready",
                        "node",
                        config.cluster().nodeId(),
                        "incarnation",
                        incarnation,
                        "address",
                        config.cluster().address(DatanodeConfig.Port.PEER));
            } catch (StatusRuntimeException e) {
                log.warn("not-registered", "reason", String.valueOf(e.getMessage()));
                LockSupport.parkNanos(REGISTER_PAUSE_NANOS);
            }
        }
    }

    private NodeRecord self(long usableBytes) {
        NodeId id = new NodeId(config.cluster().nodeId());
        long known = image().node(id).map(NodeRecord::storeId).orElse(0L);
        return new NodeRecord(
                id,
                incarnation,
                shard.storeId(known),
                config.cluster().bindIp(),
                config.cluster().bindPort(),
                domain(),
                usableBytes,
                FeatureLevel.KNOWN);
    }

    /** Devices that have failed add no space: the cluster is told what is left. */
    private void onUsable(long usableBytes) {
        boolean isOther =
                isReady
                        && image().node(new NodeId(config.cluster().nodeId()))
                                .filter(node -> node.incarnation() == incarnation)
                                .filter(node -> node.usableBytes() != usableBytes)
                                .isPresent();
        if (isOther) {
            try {
                proposer.propose(new Command.RegisterNode(self(usableBytes)));
            } catch (StatusRuntimeException e) {
                log.warn("space-not-told", "reason", String.valueOf(e.getMessage()));
            }
        }
    }

    private String domain() {
        String domain = config.cluster().failureDomain();
        return domain.isEmpty() ? "node-" + config.cluster().nodeId() : domain;
    }

    /** Stops in order; what was acknowledged is durable on return. */
    void stop() {
        isStopping = true;
        isReady = false;
        log.info("datanode-stopping", "node", config.cluster().nodeId());
        handOver();
        health.close();
        moves.close();
        api.close();
        try {
            heartbeat.close();
            shard.close();
            leases.close();
            peers.close();
            group.close();
        } catch (IOException e) {
            log.warn("stop-not-clean", "reason", e);
        }
        log.info("datanode-stopped", "node", config.cluster().nodeId());
    }

    /** While this node still serves, its lease is renewed and its components answer. */
    private void handOver() {
        if (!image().isFormed()) {
            return;
        }
        HandOver handOver = new HandOver(this, shard::peersUp, proposer, peers, log);
        handOver.volumes(clock.nanoTime() + HAND_OVER_NANOS, clock);
        if (group.leaderNode() == config.cluster().nodeId()) {
            handOver.successor(group.members())
                    .ifPresent(node -> {
                        boolean isDone = group.giveUpLead(node, LEAD_MILLIS);
                        log.info("metadata-lead-given-up", "to", node, "done", isDone);
                    });
        }
    }

    @Override
    public DatanodeConfig config() {
        return config;
    }

    @Override
    public ClusterImage image() {
        return images.image();
    }

    @Override
    public ClusterImage awaitNewer(long index, long timeoutMillis) {
        return images.awaitNewer(index, timeoutMillis);
    }

    @Override
    public List<DatanodeConfig.Member> members() {
        return group.members();
    }

    @Override
    public void admit(String peerId, DatanodeConfig.Member member) {
        change(() -> membership.admit(peerId, member, image()));
    }

    @Override
    public void dismiss(int node) {
        change(() -> membership.dismiss(node));
    }

    /** A change of the metadata group. */
    private interface GroupChange {
        void make() throws IOException;
    }

    private static void change(GroupChange change) {
        try {
            change.make();
        } catch (IOException e) {
            throw new ApiException(
                    ErrorCode.CONSENSUS_FAILED,
                    "the metadata group was not changed: " + e.getMessage());
        } catch (Refusal e) {
            throw new ApiException(e.code(), String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Map<NodeId, HeardNode> heard() {
        return heartbeat.heard();
    }

    @Override
    public long nanoTime() {
        return clock.nanoTime();
    }

    @Override
    public int leaderNode() {
        return group.leaderNode();
    }

    @Override
    public boolean hasLease() {
        return leases.holds();
    }

    @Override
    public ShardStatus shardStatus() {
        return shard.status();
    }

    @Override
    public List<DeviceStatus> devices() {
        return shard.devices();
    }

    @Override
    public CompletableFuture<ErrorCode> dropOrphan(long volume, long generation) {
        return shard.dropOrphan(volume, generation);
    }

    @Override
    public ErrorCode scrub(long volume) {
        return shard.scrub(volume);
    }

    @Override
    public ShardTraffic traffic() {
        return shard.traffic();
    }

    @Override
    public Map<String, Long> logCounts() {
        return log.counts();
    }

    @Override
    public long newId() {
        return entropy.nextId();
    }

    @Override
    public long wallMillis() {
        return clock.wallMillis();
    }

    @Override
    public LeaseAnswer renewLease(int node, long life, long followedIndex) {
        return group.renewLease(node, life, followedIndex);
    }

    @Override
    public void setLogLevel(Level level) {
        log.setLevel(level);
    }

    @Override
    public void awaitImage(long index) {
        images.awaitNewer(index - 1, IMAGE_WAIT_MILLIS);
    }
}
