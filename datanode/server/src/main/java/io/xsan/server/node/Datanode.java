package io.xsan.server.node;

import io.grpc.StatusRuntimeException;
import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.Refusal;
import io.xsan.base.log.Level;
import io.xsan.base.memory.PoolConfig;
import io.xsan.engine.ShardStatus;
import io.xsan.meta.MetaStateMachine;
import io.xsan.meta.command.Command;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.lease.LeaseAnswer;
import io.xsan.server.api.ApiServer;
import io.xsan.server.api.NodeView;
import io.xsan.server.api.Peers;
import io.xsan.server.api.Proposer;
import io.xsan.server.config.ConfigReader;
import io.xsan.server.config.DatanodeConfig;
import io.xsan.server.log.EventLog;
import io.xsan.server.raft.RaftMetaPort;
import io.xsan.server.raft.RatisLog;
import io.xsan.server.rocksdb.RocksKvStore;
import io.xsan.server.shard.ShardRuntime;
import io.xsan.server.shard.SystemClock;
import io.xsan.server.shard.SystemEntropy;
import io.xsan.server.tls.TlsContexts;
import io.xsan.store.format.DeviceRole;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One datanode process in mode {@code storage}. */
public final class Datanode implements NodeView {
    private static final int FEATURE_LEVEL = 1;
    private static final long REGISTER_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long IMAGE_WAIT_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final DatanodeConfig config;
    private final EventLog log;
    private final SystemClock clock = new SystemClock();
    private final SystemEntropy entropy = new SystemEntropy();
    private final long incarnation = entropy.nextId();
    private final RocksKvStore metadata;
    private final RatisLog raft;
    private final ShardRuntime shard;
    private final Proposer proposer;
    private final Peers peers;
    private final LeaseKeeper leases;
    private final ApiServer api;
    private final HealthServer health;
    private volatile ClusterImage image = ClusterImage.UNFORMED;
    private volatile @Nullable RatisLog applied;
    private volatile @Nullable ShardRuntime following;
    private volatile boolean isReady;
    private volatile boolean isStopping;

    private Datanode(DatanodeConfig config, EventLog log) throws IOException, InterruptedException {
        this.config = config;
        this.log = log;
        Path data = config.cluster().dataDir();
        metadata = new RocksKvStore(data.resolve("metadata"));
        MetaStateMachine machine = new MetaStateMachine(metadata, this::onImage);
        raft =
                new RatisLog(
                        new RatisLog.Setup(
                                config.cluster().clusterId(),
                                config.cluster().nodeId(),
                                config.members(),
                                data.resolve("raft"),
                                config.network().electionTimeoutMillis(),
                                TlsContexts.raft(config.tls())),
                        machine,
                        clock,
                        log);
        applied = raft;
        shard = new ShardRuntime(shardSetup(), runtime -> new RaftMetaPort(raft, runtime::post));
        following = shard;
        shard.onImage(image);
        proposer = new Proposer(raft);
        peers = new Peers(this);
        leases =
                new LeaseKeeper(
                        new LeaseKeeper.Setup(
                                this,
                                peers,
                                incarnation,
                                clock,
                                shard::settledIndex,
                                shard::onLease,
                                log));
        shard.start(data.resolve("nbd.sock"), config.cluster().address(DatanodeConfig.Port.NBD));
        api = new ApiServer(this, proposer, peers);
        health = new HealthServer(this, () -> isReady);
    }

    private ShardRuntime.Setup shardSetup() {
        DatanodeConfig.Device device = config.storage().devices().getFirst();
        return new ShardRuntime.Setup(
                config.cluster().clusterId(),
                config.cluster().nodeId(),
                incarnation,
                config.cluster().address(DatanodeConfig.Port.PEER),
                device.path(),
                device.sizeBytes(),
                device.role().equals("cache") ? DeviceRole.CACHE : DeviceRole.CAPACITY,
                PoolConfig.DEFAULT,
                config.network().connectionsMax(),
                TlsContexts.links(config.tls()),
                clock,
                entropy,
                log);
    }

    /** On the thread that applies. */
    private void onImage(ClusterImage newer) {
        image = newer;
        RatisLog log = applied;
        if (log != null) {
            log.onImage(newer);
        }
        ShardRuntime runtime = following;
        if (runtime != null) {
            runtime.onImage(newer);
        }
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
                return new Datanode(config, log).runToEnd(dieWithParent);
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

    private int runToEnd(boolean dieWithParent) throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        Thread stopper = Thread.ofPlatform().name("xsan-stop").unstarted(this::stop);
        Runtime.getRuntime().addShutdownHook(stopper);
        if (dieWithParent) {
            Thread.ofPlatform().name("xsan-parent").daemon().start(() -> awaitParent());
        }
        leases.start();
        register();
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
        NodeRecord self =
                new NodeRecord(
                        new NodeId(config.cluster().nodeId()),
                        incarnation,
                        shard.storeId(),
                        config.cluster().bindIp(),
                        config.cluster().bindPort(),
                        domain(),
                        shard.usableBytes(),
                        FEATURE_LEVEL);
        while (!isStopping && !isReady) {
            try {
                proposer.propose(
                        new Command.FormCluster(config.cluster().clusterId(), FEATURE_LEVEL));
                proposer.propose(new Command.RegisterNode(self));
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

    private String domain() {
        String domain = config.cluster().failureDomain();
        return domain.isEmpty() ? "node-" + config.cluster().nodeId() : domain;
    }

    private void stop() {
        isStopping = true;
        log.info("datanode-stopping", "node", config.cluster().nodeId());
        health.close();
        api.close();
        try {
            shard.close();
            leases.close();
            peers.close();
            raft.close();
        } catch (IOException e) {
            log.warn("stop-not-clean", "reason", e);
        }
        metadata.close();
        log.info("datanode-stopped", "node", config.cluster().nodeId());
    }

    @Override
    public DatanodeConfig config() {
        return config;
    }

    @Override
    public ClusterImage image() {
        return image;
    }

    @Override
    public int leaderNode() {
        return raft.leaderNode();
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
    public long newId() {
        return entropy.nextId();
    }

    @Override
    public long wallMillis() {
        return clock.wallMillis();
    }

    @Override
    public LeaseAnswer renewLease(int node, long life, long followedIndex) {
        return raft.renewLease(node, life, followedIndex);
    }

    @Override
    public void setLogLevel(Level level) {
        log.setLevel(level);
    }

    @Override
    public void awaitImage(long index) {
        long deadline = clock.nanoTime() + IMAGE_WAIT_NANOS;
        while (image.index() < index && clock.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }
}
