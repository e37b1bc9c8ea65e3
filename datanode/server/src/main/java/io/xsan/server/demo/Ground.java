package io.xsan.server.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The network between datanodes that are to be cut off from each other: a namespace with an address
 * for each of them, joined by a bridge of this host. Needs root and the command {@code ip}; the
 * rate of a link needs {@code tc} too. Any thread; {@link #close} removes all of it.
 */
final class Ground implements AutoCloseable {
    private static final String LINK = "eth0";
    private static final int COMMAND_SECONDS_MAX = 20;

    /** Slow enough for requests to pile up, fast enough for heartbeats to get through. */
    private static final String SLOW_RATE = "4mbit";

    private final String name;
    private final String prefix;
    private final int nodes;

    private Ground(int nodes) {
        long pid = ProcessHandle.current().pid();
        this.name = "xc" + pid;
        this.prefix = "10.213." + pid % 250 + ".";
        this.nodes = nodes;
    }

    /**
     * Lays the network for {@code nodes} datanodes.
     *
     * @throws IOException if this process may not, or the system lacks a part of what it takes; the
     *     message says which
     */
    static Ground lay(int nodes) throws IOException, InterruptedException {
        Ground ground = new Ground(nodes);
        try {
            ground.lay();
            return ground;
        } catch (IOException e) {
            ground.close();
            throw e;
        }
    }

    private void lay() throws IOException, InterruptedException {
        run("ip", "link", "add", name, "type", "bridge");
        run("ip", "address", "add", prefix + "1/24", "dev", name);
        run("ip", "link", "set", name, "up");
        for (int node = 1; node <= nodes; node++) {
            String space = space(node);
            String end = hostEnd(node);
            run("ip", "netns", "add", space);
            run("ip", "link", "add", end, "type", "veth", "peer", "name", LINK, "netns", space);
            run("ip", "link", "set", end, "master", name, "up");
            run("ip", "-n", space, "address", "add", host(node) + "/24", "dev", LINK);
            run("ip", "-n", space, "link", "set", LINK, "up");
            run("ip", "-n", space, "link", "set", "lo", "up");
        }
    }

    private String space(int node) {
        return name + "n" + node;
    }

    private String hostEnd(int node) {
        return name + "l" + node;
    }

    /** Address of a datanode, numbered from 1. */
    String host(int node) {
        return prefix + (node + 1);
    }

    /** What to put before a command that is to run where the datanode is. */
    List<String> at(int node) {
        return List.of("ip", "netns", "exec", space(node));
    }

    /** Nothing comes to a datanode any more, and nothing from it, until {@link #mend}. */
    void cut(int node) throws IOException, InterruptedException {
        run("ip", "link", "set", hostEnd(node), "down");
    }

    /** A datanode hears all others, and none of them hears it, until {@link #mend}. */
    void mute(int node) throws IOException, InterruptedException {
        for (int other = 1; other <= nodes; other++) {
            if (other != node) {
                run("ip", "-n", space(node), "route", "add", "blackhole", host(other) + "/32");
            }
        }
    }

    /** The way to a datanode takes 4 Mbit/s, until {@link #mend}. */
    void slow(int node) throws IOException, InterruptedException {
        run(
                List.of("tc", "qdisc", "add", "dev", hostEnd(node), "root"),
                List.of("tbf", "rate", SLOW_RATE, "burst", "32kbit", "latency", "400ms"));
    }

    /** Takes back whatever was done to the links of a datanode. */
    void mend(int node) throws IOException, InterruptedException {
        run("ip", "link", "set", hostEnd(node), "up");
        quietly("ip", "-n", space(node), "route", "flush", "type", "blackhole");
        quietly("tc", "qdisc", "del", "dev", hostEnd(node), "root");
    }

    @Override
    public void close() throws IOException {
        try {
            for (int node = 1; node <= nodes; node++) {
                quietly("ip", "netns", "delete", space(node));
                quietly("ip", "link", "delete", hostEnd(node));
            }
            quietly("ip", "link", "delete", name);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void run(List<String> first, List<String> rest)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(first);
        command.addAll(rest);
        run(command.toArray(String[]::new));
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(COMMAND_SECONDS_MAX, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", command) + " did not end");
        }
        if (process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said.strip());
        }
    }

    /** Runs a command that fails where there is nothing for it to do. */
    private static void quietly(String... command) throws InterruptedException {
        try {
            run(command);
        } catch (IOException e) {
            // There was nothing to take back.
            return;
        }
    }
}
