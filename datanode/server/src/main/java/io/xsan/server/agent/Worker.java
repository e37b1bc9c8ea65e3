package io.xsan.server.agent;

import io.xsan.base.ErrorCode;
import io.xsan.base.Refusal;
import io.xsan.base.VolumeId;
import io.xsan.base.log.Level;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PoolConfig;
import io.xsan.frontend.agent.AgentLimits;
import io.xsan.protocol.LinkState;
import io.xsan.protocol.v1.Device;
import io.xsan.protocol.v1.ServeRequest;
import io.xsan.server.config.AgentConfig;
import io.xsan.server.config.AgentConfigReader;
import io.xsan.server.log.EventLog;
import io.xsan.server.net.OwnerConnection;
import io.xsan.server.shard.ShardLoop;
import io.xsan.server.shard.SystemClock;
import io.xsan.server.shard.SystemEntropy;
import io.xsan.server.tls.TlsContexts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * The worker process of an agent: serves the devices that the holder tells it to. It goes on when
 * the holder ends, for the next one to find; without devices and a holder it ends, too.
 */
public final class Worker {
    private static final long LONELY_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int SESSION_BITS = 24;

    private final AgentConfig config;
    private final SystemClock clock = new SystemClock();
    private final Workbench bench;
    private final OwnerFinder finder;
    private final OwnerConnection.Ground ground;
    private final AgentLimits limits;
    private final Map<VolumeId, ServedVolume> volumes = new LinkedHashMap<>();
    private long lastSessionId;
    private volatile long heardNanos;

    private Worker(AgentConfig config, long generation, EventLog log) throws IOException {
        this.config = config;
        ShardLoop loop = new ShardLoop("xsan-agent", clock, log);
        bench = new Workbench(loop, new BufferPool(PoolConfig.DEFAULT), log);
        finder = new OwnerFinder(config);
        lastSessionId = generation << SESSION_BITS;
        ground =
                new OwnerConnection.Ground(
                        new LinkState.Self(
                                config.cluster().clusterId(), 0, new SystemEntropy().nextId()),
                        loop,
                        bench.pool(),
                        TlsContexts.links(TlsContexts.credentials(config.tls(), log), false)
                                .client(),
                        () -> ++lastSessionId,
                        log);
        AgentLimits usual = AgentLimits.DEFAULT;
        limits =
                new AgentLimits(
                        usual.retryNanos(),
                        usual.greetNanos(),
                        usual.refusedNanos(),
                        TimeUnit.MILLISECONDS.toNanos(config.attaching().holdMillis()));
        heardNanos = clock.nanoTime();
    }

    /**
     * Runs a worker until its holder stops it. {@code generation} is greater than that of every
     * worker before on this host. Returns the exit code.
     */
    public static int run(Path configFile, Path socket, long generation) {
        EventLog log = new EventLog(System.err, Level.INFO, false);
        try {
            AgentConfig config = AgentConfigReader.read(configFile);
            log =
                    new EventLog(
                            System.err,
                            Level.valueOf(config.log().level()),
                            config.log().format().equals("json"));
            log.takeOverLibraries();
            Posix.leaveSession();
            Worker worker = new Worker(config, generation, log);
            worker.start();
            try (UnixServer _ = new UnixServer(socket, new WorkerService(worker))) {
                worker.awaitEnd();
            }
            return 0;
        } catch (Refusal e) {
            log.event(Level.FATAL, "worker-cannot-start", "reason", String.valueOf(e.getMessage()));
            return 2;
        } catch (IOException e) {
            log.event(Level.FATAL, "worker-cannot-start", "reason", e);
            return 1;
        }
    }

    private void start() {
        onLoop(() -> {
            bench.loop().atTurnEnd(now -> all().forEach(v -> v.onTurnEnd(now)));
            bench.loop().atTick(now -> all().forEach(v -> v.onTick(now)));
            return 0;
        });
    }

    private void awaitEnd() {
        boolean isNeeded = true;
        while (isNeeded) {
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
            boolean isLonely = clock.nanoTime() - heardNanos > LONELY_NANOS;
            isNeeded = !isLonely || !onLoop(volumes::isEmpty);
        }
        bench.log().info("worker-not-needed");
    }

    private List<ServedVolume> all() {
        return List.copyOf(volumes.values());
    }

    /** The holder lives. */
    void onHeard() {
        heardNanos = clock.nanoTime();
    }

    /**
     * Serves a volume; the same one again is no error. Answers its status, after an owner serves it
     * where a time to wait is given.
     */
    Device serve(ServeRequest request) throws IOException {
        VolumeId id = VolumeId.parse(request.getVolumeId());
        ServedVolume known = onLoop(() -> volumes.get(id));
        ServedVolume served = known != null ? known : open(id, request);
        if (request.getWaitMs() == 0) {
            return onLoop(served::status);
        }
        try {
            return served.ready().get(request.getWaitMs(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            String reason = onLoop(served::status).getReason();
            throw new Refusal(
                    ErrorCode.NETWORK_TIMEOUT,
                    "volume " + id + " is not served by an owner in time: " + reason);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Refusal refusal
                    ? refusal
                    : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private ServedVolume open(VolumeId id, ServeRequest request) throws IOException {
        AttachMode mode = AttachModes.named(request.getMode());
        int fd = Posix.takeDescriptor(request.getHolderPid(), request.getFd());
        ServedVolume.Order order =
                new ServedVolume.Order(
                        id, request.getAttachmentId(), mode, fd, request.getResumed());
        bench.log()
                .info(
                        "device-served",
                        "volume",
                        id,
                        "mode",
                        mode.name(),
                        "resumed",
                        order.resumed());
        return onLoop(() -> {
            OwnerConnection connection =
                    new OwnerConnection(
                            ground,
                            (previous, answer) ->
                                    finder.find(
                                            id,
                                            previous,
                                            place ->
                                                    bench.loop().post(() -> answer.accept(place))));
            ServedVolume made =
                    new ServedVolume(order, bench, connection, limits, clock.nanoTime());
            volumes.put(id, made);
            bench.loop().touch();
            return made;
        });
    }

    /** Serves a volume no more. */
    void drop(VolumeId id) {
        onLoop(() -> {
            ServedVolume served = volumes.remove(id);
            if (served != null) {
                served.close();
            }
            return 0;
        });
    }

    /** Takes no more requests; answers how many are left after at most that time. */
    int pause(long timeoutMillis) {
        long deadlineNanos = clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        setPaused(true);
        int left = requestsInFlight();
        while (left > 0 && clock.nanoTime() - deadlineNanos < 0) {
            LockSupport.parkNanos(STEP_NANOS);
            left = requestsInFlight();
        }
        return left;
    }

    /** Takes requests, or none. */
    void setPaused(boolean paused) {
        onLoop(() -> {
            all().forEach(volume -> volume.setPaused(paused));
            return 0;
        });
    }

    private int requestsInFlight() {
        return onLoop(() -> all().stream().mapToInt(ServedVolume::inFlight).sum());
    }

    /** Everything that is served, with the descriptors of this process. */
    Map<Integer, Device> status() {
        return onLoop(() -> {
            Map<Integer, Device> found = new LinkedHashMap<>();
            all().forEach(v -> found.put(v.order().descriptor(), v.status()));
            return found;
        });
    }

    /** Ends the process, now. What is not answered is left to the next worker. */
    void stop() {
        bench.log().info("worker-stops", "host", config.host().name());
        Thread.ofPlatform()
                .start(() -> {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                    Runtime.getRuntime().halt(0);
                });
    }

    private <T> T onLoop(Callable<T> action) {
        CompletableFuture<T> result = new CompletableFuture<>();
        bench.loop()
                .post(() -> {
                    try {
                        result.complete(action.call());
                    } catch (Exception e) {
                        result.completeExceptionally(e);
                    }
                });
        return result.join();
    }
}
