package io.xsan.server.agent;

import io.xsan.protocol.client.AgentClient;
import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.v1.Device;
import io.xsan.protocol.v1.DropRequest;
import io.xsan.protocol.v1.GetWorkerRequest;
import io.xsan.protocol.v1.PauseRequest;
import io.xsan.protocol.v1.ServeRequest;
import io.xsan.protocol.v1.StopWorkerRequest;
import io.xsan.protocol.v1.WorkerInfo;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A worker as its holder sees it: the process, and its socket. Any thread. */
final class WorkerProcess {
    /** The command that starts one. */
    static final String COMMAND = "agent-worker";

    private static final String MAIN = "io.xsan.server.Main";
    private static final long START_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long CALL_MILLIS = 10_000;
    private static final long STOP_MILLIS = 2_000;

    private final ProcessHandle process;
    private final Path socket;
    private final AgentClient client;

    private WorkerProcess(ProcessHandle process, Path socket) {
        this.process = process;
        this.socket = socket;
        this.client = new AgentClient(socket, CALL_MILLIS);
    }

    /**
     * Starts a worker and waits until it answers.
     *
     * @throws IOException if it does not within five minutes
     */
    static WorkerProcess start(Path config, Path socket, long generation) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of(MAIN, COMMAND, "--config", config.toString()));
        command.addAll(List.of("--socket", socket.toString()));
        command.addAll(List.of("--generation", Long.toString(generation)));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectInput(new File("/dev/null"))
                        .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                        .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        WorkerProcess worker = new WorkerProcess(builder.start().toHandle(), socket);
        long deadlineNanos = System.nanoTime() + START_NANOS;
        while (!worker.answers()) {
            if (!worker.process.isAlive() || System.nanoTime() - deadlineNanos > 0) {
                worker.kill();
                throw new IOException("a worker was started and does not answer on " + socket);
            }
            LockSupport.parkNanos(STEP_NANOS);
        }
        return worker;
    }

    /** The worker that an earlier holder started with that socket, if it lives and answers. */
    static Optional<WorkerProcess> find(long pid, Path socket) {
        Optional<ProcessHandle> process =
                ProcessHandle.of(pid).filter(found -> isWorker(found.pid(), socket));
        if (process.isEmpty()) {
            return Optional.empty();
        }
        WorkerProcess worker = new WorkerProcess(process.get(), socket);
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CALL_MILLIS);
        while (process.get().isAlive() && System.nanoTime() - deadlineNanos < 0) {
            if (worker.answers()) {
                return Optional.of(worker);
            }
            LockSupport.parkNanos(STEP_NANOS);
        }
        worker.client.close();
        return Optional.empty();
    }

    private static boolean isWorker(long pid, Path socket) {
        try {
            byte[] line = Files.readAllBytes(Path.of("/proc", Long.toString(pid), "cmdline"));
            List<String> arguments = List.of(new String(line, StandardCharsets.UTF_8).split("\0"));
            return arguments.contains(COMMAND) && arguments.contains(socket.toString());
        } catch (IOException e) {
            return false;
        }
    }

    private boolean answers() {
        try {
            return Files.exists(socket) && info().getPid() == pid();
        } catch (ApiException e) {
            return false;
        }
    }

    long pid() {
        return process.pid();
    }

    Path socket() {
        return socket;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    WorkerInfo info() {
        GetWorkerRequest request = GetWorkerRequest.getDefaultInstance();
        return client.callWorker(CALL_MILLIS, s -> s.getWorker(request));
    }

    /** Waits a little longer than the request says. */
    Device serve(ServeRequest request) {
        return client.callWorker(CALL_MILLIS + request.getWaitMs(), s -> s.serve(request));
    }

    void drop(String volumeId) {
        DropRequest request = DropRequest.newBuilder().setVolumeId(volumeId).build();
        var _ = client.callWorker(CALL_MILLIS, s -> s.drop(request));
    }

    /** Answers how many requests are left. */
    int pause(int timeoutMillis) {
        PauseRequest request = PauseRequest.newBuilder().setTimeoutMs(timeoutMillis).build();
        return client.callWorker(CALL_MILLIS + timeoutMillis, s -> s.pause(request))
                .getRequestsLeft();
    }

    void goOn() {
        PauseRequest request = PauseRequest.newBuilder().setGoOn(true).build();
        var _ = client.callWorker(CALL_MILLIS, s -> s.pause(request));
    }

    /** Ends the process and waits until it is gone. */
    void stop() {
        try {
            StopWorkerRequest request = StopWorkerRequest.getDefaultInstance();
            var _ = client.callWorker(STOP_MILLIS, s -> s.stopWorker(request));
        } catch (ApiException e) {
            // It may be gone or stuck already.
            process.destroyForcibly();
        }
        if (!awaitEnd(STOP_MILLIS)) {
            kill();
        }
        client.close();
    }

    private void kill() {
        process.destroyForcibly();
        awaitEnd(CALL_MILLIS);
        client.close();
    }

    private boolean awaitEnd(long timeoutMillis) {
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        while (process.isAlive() && System.nanoTime() - deadlineNanos < 0) {
            LockSupport.parkNanos(STEP_NANOS);
        }
        return !process.isAlive();
    }

    /** Forgets a process that is gone. */
    void close() {
        client.close();
    }
}
