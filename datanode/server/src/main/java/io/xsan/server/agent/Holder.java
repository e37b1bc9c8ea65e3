package io.xsan.server.agent;

import com.fasterxml.jackson.databind.JsonNode;
import io.xsan.base.ErrorCode;
import io.xsan.base.Refusal;
import io.xsan.base.log.Level;
import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.v1.AgentInfo;
import io.xsan.protocol.v1.AttachModeInfo;
import io.xsan.protocol.v1.WorkerInfo;
import io.xsan.server.config.AgentConfig;
import io.xsan.server.config.AgentConfigReader;
import io.xsan.server.log.EventLog;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The first process of an agent: keeps the descriptors of all devices, and a worker that serves
 * them. When the worker ends, it starts another one at once.
 */
public final class Holder {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long QUICK_END_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int REPLACE_MILLIS = 5_000;

    private final AgentConfig config;
    private final Path configFile;
    private final EventLog log;
    private final List<AttachMode> offered;
    private final HeldVolumes volumes;
    private final ReentrantLock replacing = new ReentrantLock();
    private volatile WorkerProcess worker;
    private volatile int workersStarted;
    private volatile boolean isStopping;
    private long startedNanos;

    private Holder(AgentConfig config, Path configFile, EventLog log) throws IOException {
        this.config = config;
        this.configFile = configFile;
        this.log = log;
        offered = AttachModes.of(config.attaching().modes());
        Optional<WorkerProcess> found = findWorker();
        Optional<WorkerInfo> info = found.map(WorkerProcess::info);
        volumes = new HeldVolumes(stateDir().resolve("volumes"), offered, () -> this.worker, log);
        volumes.adopt(info);
        worker = found.isPresent() ? found.get() : startWorker();
    }

    private Path stateDir() {
        return config.host().stateDir();
    }

    /** Runs an agent until it is told to stop. Returns the exit code. */
    public static int run(Path file) {
        EventLog log = new EventLog(System.err, Level.INFO, false);
        try {
            AgentConfig config = AgentConfigReader.read(file);
            log =
                    new EventLog(
                            System.err,
                            Level.valueOf(config.log().level()),
                            config.log().format().equals("json"));
            log.takeOverLibraries();
            checkHost(config);
            Path state = config.host().stateDir();
            Files.createDirectories(state.resolve("volumes"));
            Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwx------"));
            try (FileChannel lockFile =
                            FileChannel.open(
                                    state.resolve("lock"),
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE);
                    FileLock lock = lockFile.tryLock()) {
                if (lock == null) {
                    throw new Refusal(ErrorCode.CONFLICT, state + " is used by another agent");
                }
                return new Holder(config, file.toAbsolutePath(), log).runToEnd();
            }
        } catch (Refusal e) {
            log.event(Level.FATAL, "cannot-start", "reason", String.valueOf(e.getMessage()));
            return 2;
        } catch (IOException e) {
            log.event(Level.FATAL, "cannot-start", "reason", e);
            return 1;
        }
    }

    private static void checkHost(AgentConfig config) {
        if (!System.getProperty("user.name", "").equals("root")) {
            throw new Refusal(
                    ErrorCode.PERMISSION_DENIED,
                    "the agent makes block devices and mounts, and needs to run as root");
        }
        AttachModes.choose(AttachModes.of(config.attaching().modes()), "");
    }

    private Optional<WorkerProcess> findWorker() {
        Optional<JsonNode> known = StateFiles.read(stateDir().resolve("worker.json"));
        return known.flatMap(json ->
                WorkerProcess.find(
                        json.path("pid").asLong(), Path.of(json.path("socket").asText())));
    }

    private WorkerProcess startWorker() throws IOException {
        Path file = stateDir().resolve("worker.json");
        long last = StateFiles.read(file).map(json -> json.path("generation").asLong()).orElse(0L);
        // Sessions must not start again from below where this file was lost: then the clock helps.
        long generation = Math.max(last + 1, System.currentTimeMillis() / 1000);
        Path socket = stateDir().resolve("worker-" + generation + ".sock");
        StateFiles.write(
                file,
                StateFiles.object()
                        .put("generation", generation)
                        .put("socket", socket.toString())
                        .put("pid", 0));
        startedNanos = System.nanoTime();
        WorkerProcess started = WorkerProcess.start(configFile, socket, generation);
        workersStarted++;
        StateFiles.write(
                file,
                StateFiles.object()
                        .put("generation", generation)
                        .put("socket", socket.toString())
                        .put("pid", started.pid()));
        log.info("worker-started", "pid", started.pid(), "generation", generation);
        return started;
    }

    private int runToEnd() throws IOException {
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(this::stop));
        try (UnixServer _ = new UnixServer(config.host().socket(), new AgentService(this))) {
            log.info("agent-ready", "host", config.host().name(), "socket", config.host().socket());
            while (true) {
                LockSupport.parkNanos(LOOK_NANOS);
                look();
            }
        }
    }

    private void look() {
        if (isStopping || !replacing.tryLock()) {
            return;
        }
        try {
            if (worker.isAlive()) {
                volumes.follow();
            } else {
                log.warn("worker-ended", "pid", worker.pid());
                if (System.nanoTime() - startedNanos < QUICK_END_NANOS) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
                worker.close();
                worker = startWorker();
                volumes.resume(true);
            }
        } catch (IOException e) {
            log.error("worker-not-started", "reason", e);
            LockSupport.parkNanos(PAUSE_NANOS);
        } finally {
            replacing.unlock();
        }
    }

    /**
     * Starts a new worker, lets the old one finish, and goes on with the new one.
     *
     * @throws Refusal if requests are left after that time that would not be asked again
     */
    AgentInfo replaceWorker(int timeoutMillis) throws IOException {
        replacing.lock();
        try {
            WorkerProcess old = worker;
            WorkerProcess next = startWorker();
            int left = old.isAlive() ? finish(old, timeoutMillis) : 0;
            boolean mayLeave = offered.stream().allMatch(AttachMode::survivesCrash);
            if (left > 0 && !mayLeave) {
                old.goOn();
                next.stop();
                throw new Refusal(
                        ErrorCode.BUSY,
                        left
                                + " requests have no answer yet, and this kernel would not ask"
                                + " again: the worker stays");
            }
            old.stop();
            worker = next;
            log.info("worker-replaced", "pid", next.pid(), "requestsLeft", left);
            volumes.resume(left > 0);
            return info();
        } finally {
            replacing.unlock();
        }
    }

    private static int finish(WorkerProcess old, int timeoutMillis) {
        try {
            return old.pause(timeoutMillis == 0 ? REPLACE_MILLIS : timeoutMillis);
        } catch (ApiException e) {
            return 1;
        }
    }

    AgentInfo info() {
        AgentInfo.Builder info =
                AgentInfo.newBuilder()
                        .setHost(config.host().name())
                        .setClusterId(config.cluster().clusterId().toString())
                        .setPid(ProcessHandle.current().pid())
                        .setWorkerPid(worker.pid())
                        .setWorkersStarted(workersStarted);
        for (AttachMode mode : offered) {
            info.addModes(
                    AttachModeInfo.newBuilder()
                            .setName(mode.name())
                            .setObstacle(mode.obstacle().orElse("")));
        }
        return info.build();
    }

    HeldVolumes volumes() {
        return volumes;
    }

    /** Devices stay, with the worker, for the next agent to take over. */
    private void stop() {
        isStopping = true;
        if (volumes.isEmpty()) {
            worker.stop();
            log.info("agent-stopped");
        } else {
            log.info("agent-stopped", "workerGoesOn", worker.pid());
        }
    }
}
