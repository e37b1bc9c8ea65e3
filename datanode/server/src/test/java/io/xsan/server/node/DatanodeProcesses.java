package io.xsan.server.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Datanodes as processes of their own; they end with this one. */
final class DatanodeProcesses implements AutoCloseable {
    private static final List<String> OPTIONS =
            List.of(
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Xmx256m");

    private static final long WAIT_SECONDS = 120;

    private final Map<Integer, Process> running = new TreeMap<>();

    /** Starts the node whose {@code config.json} is in {@code directory}. */
    void start(int node, Path directory, String... options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(OPTIONS);
        command.addAll(List.of(options));
        command.add("io.xsan.server.Main");
        command.addAll(
                List.of("datanode", "--config", directory.resolve("config.json").toString()));
        command.add("--die-with-parent");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log(directory).toFile()));
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        running.put(node, builder.start());
    }

    /** The file with the output of the node's processes. */
    static Path log(Path directory) {
        return directory.resolve("datanode.log");
    }

    /** Ends the node's process with SIGKILL and waits until it is gone. */
    void kill(int node) throws InterruptedException {
        Process process = running.remove(node);
        if (process != null) {
            process.destroyForcibly();
            process.waitFor();
        }
    }

    /** Waits until the node's process has ended by itself: its exit code. */
    int awaitEnd(int node) throws InterruptedException {
        Process process = running.get(node);
        if (process == null || !process.waitFor(WAIT_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("node " + node + " does not end");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        running.values().forEach(Process::destroyForcibly);
    }
}
