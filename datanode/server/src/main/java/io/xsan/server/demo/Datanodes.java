package io.xsan.server.demo;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * The processes of the datanodes. They end with this process, unless they are to be kept. Any
 * thread.
 */
final class Datanodes implements AutoCloseable {
    private static final String MAIN = "io.xsan.server.Main";
    private static final String PIDS = "pids";
    private static final int STOP_SECONDS = 10;

    private final Site site;
    private final boolean isKept;
    private final IntFunction<List<String>> places;
    private final Map<Integer, Process> processes = new ConcurrentSkipListMap<>();

    Datanodes(Site site, boolean isKept) {
        this(site, isKept, node -> List.of());
    }

    /** {@code places}: what to put before the command of a datanode, by its number. */
    Datanodes(Site site, boolean isKept, IntFunction<List<String>> places) {
        this.site = site;
        this.isKept = isKept;
        this.places = places;
    }

    void start(Member member) throws IOException {
        List<String> command = new ArrayList<>(places.apply(member.node()));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument ->
                        !argument.startsWith("-javaagent") && !argument.startsWith("-Xmx"))
                .forEach(command::add);
        command.add(MAIN);
        command.addAll(List.of("datanode", "--config", member.config().toString()));
        if (!isKept) {
            command.add("--die-with-parent");
        }
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(member.log().toFile()));
        // Not an argument: the system forgets the arguments of a process whose line is long.
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        if (isKept) {
            builder.redirectInput(new File("/dev/null"));
        }
        processes.put(member.node(), builder.start());
        Files.writeString(site.directory().resolve(PIDS), pids());
    }

    private String pids() {
        StringBuilder text = new StringBuilder();
        processes.values().forEach(process -> text.append(process.pid()).append('\n'));
        return text.toString();
    }

    /** Ends a datanode with SIGKILL, and waits until it is gone. Answers its process id. */
    long kill(Member member) throws InterruptedException {
        Process process = process(member);
        process.destroyForcibly();
        process.waitFor();
        return process.pid();
    }

    /** Asks a datanode to stop, and waits until it has. Answers whether it did so in time. */
    boolean stop(Member member, long secondsMax) throws InterruptedException {
        Process process = process(member);
        process.destroy();
        return process.waitFor(secondsMax, TimeUnit.SECONDS);
    }

    /** A datanode stands still (SIGSTOP) until {@link #resume}. */
    void suspend(Member member) throws IOException, InterruptedException {
        signal("STOP", process(member));
    }

    /** A datanode goes on as if nothing had happened (SIGCONT). */
    void resume(Member member) throws IOException, InterruptedException {
        signal("CONT", process(member));
    }

    private static void signal(String name, Process process)
            throws IOException, InterruptedException {
        int code =
                new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .inheritIO()
                        .start()
                        .waitFor();
        if (code != 0) {
            throw new IOException("kill -" + name + " " + process.pid() + " failed");
        }
    }

    private Process process(Member member) {
        Process process = processes.get(member.node());
        if (process == null) {
            throw new IllegalStateException("node " + member.node() + " was not started");
        }
        return process;
    }

    /** The first datanode that has ended although nobody ended it. */
    Optional<Member> ended() {
        return site.members().stream()
                .filter(member -> {
                    Process process = processes.get(member.node());
                    return process != null && !process.isAlive();
                })
                .findFirst();
    }

    @Override
    public void close() {
        stop(processes.values().stream().map(Process::toHandle).toList());
    }

    private static void stop(List<ProcessHandle> handles) {
        handles.forEach(ProcessHandle::destroy);
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
        for (ProcessHandle handle : handles) {
            while (handle.isAlive() && System.nanoTime() - deadlineNanos < 0) {
                pause();
            }
            handle.destroyForcibly();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The datanodes of a kept demo in {@code directory} that still run. */
    static List<ProcessHandle> running(Path directory) throws IOException {
        Path file = directory.resolve(PIDS);
        List<ProcessHandle> found = new ArrayList<>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                ProcessHandle.of(Long.parseLong(line))
                        .filter(process -> isOf(process, directory))
                        .ifPresent(found::add);
            }
        }
        return found;
    }

    private static boolean isOf(ProcessHandle process, Path directory) {
        String[] arguments = process.info().arguments().orElse(new String[0]);
        for (String argument : arguments) {
            if (argument.startsWith(directory + "/") && argument.endsWith("config.json")) {
                return true;
            }
        }
        return false;
    }

    /** Stops a kept demo; answers how many datanodes ran. */
    static int stop(Path directory) throws IOException {
        List<ProcessHandle> running = running(directory);
        stop(running);
        Files.deleteIfExists(directory.resolve(PIDS));
        return running.size();
    }
}
