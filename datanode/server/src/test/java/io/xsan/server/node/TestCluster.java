package io.xsan.server.node;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xsan.base.log.Level;
import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.client.ClientConfig;
import io.xsan.protocol.client.XsanClient;
import io.xsan.protocol.v1.ClusterStatus;
import io.xsan.protocol.v1.GetClusterStatusRequest;
import io.xsan.server.config.ConfigReader;
import io.xsan.server.config.DatanodeConfig;
import io.xsan.server.heartbeat.HeartbeatKey;
import io.xsan.server.log.EventLog;
import io.xsan.server.tls.ClusterAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Datanodes in this process with real sockets, disks, TLS and Raft, each with its address. */
final class TestCluster implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long WAIT_SECONDS = 120;

    final String clusterId = UUID.randomUUID().toString();
    final Path directory;
    final int port;
    private final String prefix;
    private final String encryption;
    private final int members;
    private final ClusterAuthority authority;
    private final Map<Integer, Datanode> running = new TreeMap<>();
    private final Map<Integer, XsanClient> clients = new TreeMap<>();
    private final DatanodeProcesses processes = new DatanodeProcesses();
    private final EventLog log = new EventLog(System.out, Level.WARN, false);

    /** A cluster whose nodes 1 to {@code members} form the metadata group; none runs yet. */
    TestCluster(Path directory, int members) throws IOException {
        this(directory, members, "on");
    }

    /** As {@link #TestCluster(Path, int)} with {@code network.encryption}. */
    TestCluster(Path directory, int members, String encryption) throws IOException {
        this.encryption = encryption;
        this.directory = directory;
        this.members = members;
        ThreadLocalRandom random = ThreadLocalRandom.current();
        prefix = "127.13." + random.nextInt(1, 255) + ".";
        port = freePort(random);
        authority = ClusterAuthority.create(directory, clusterId);
        authority.issue(directory, "admin", "admin", 0);
        authority.issue(directory, "agent", "agent", 7);
        HeartbeatKey.create(directory.resolve("heartbeat.key"));
        log.takeOverLibraries();
    }

    /** A base port with all offsets free at every address of the first nodes. */
    private int freePort(ThreadLocalRandom random) throws IOException {
        for (int i = 0; i < 100; i++) {
            int base = random.nextInt(20_000, 32_000);
            boolean isFree =
                    IntStream.rangeClosed(1, 6)
                            .allMatch(node ->
                                    IntStream.rangeClosed(0, 5)
                                            .allMatch(offset -> canBind(node, base + offset)));
            if (isFree) {
                return base;
            }
        }
        throw new IOException("no free ports at " + prefix + "x");
    }

    private boolean canBind(int node, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByName(host(node)), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    String host(int node) {
        return prefix + node;
    }

    ClusterAuthority authority() {
        return authority;
    }

    Path nodeDirectory(int node) {
        return directory.resolve("n" + node);
    }

    /** Writes the configuration of a node, as {@code change} leaves it, and reads it. */
    DatanodeConfig configure(int node, Consumer<ObjectNode> change) throws IOException {
        Path place = nodeDirectory(node);
        Files.createDirectories(place.resolve("disk"));
        authority.issue(place, "node", "node", node, host(node));
        ObjectNode json = JSON.createObjectNode();
        json.putObject("cluster")
                .put("cluster_id", clusterId)
                .put("node_id", node)
                .put("bind_ip", host(node))
                .put("bind_port", port)
                .put("data_dir", "data");
        json.putObject("storage")
                .put("block_size", 4 << 20)
                .putArray("devices")
                .addObject()
                .put("path", "disk")
                .put("size", "1GiB");
        json.putObject("network")
                .put("heartbeat_interval", 100)
                .put("election_timeout", 1000)
                .put("encryption", encryption);
        // Small, so that tests see checkpoints and purged logs.
        json.putObject("metadata").put("checkpoint_entries", 20).put("log_segment_size", "8KiB");
        json.putObject("memory").put("medium_buffers", 256).put("large_buffers", 8);
        if (node <= members) {
            ArrayNode list = json.putArray("members");
            for (int each = 1; each <= members; each++) {
                list.addObject().put("node_id", each).put("host", host(each)).put("port", port);
            }
        } else {
            json.putObject("discovery").putArray("seeds").add(host(1) + ":" + port);
        }
        json.putObject("tls")
                .put("authority", "../ca.crt")
                .put("certificate", "node.crt")
                .put("key", "node.key")
                .put("heartbeat_key", "../heartbeat.key");
        change.accept(json);
        Path file = place.resolve("config.json");
        Files.writeString(file, json.toPrettyString());
        return ConfigReader.read(file);
    }

    /** Starts nodes at the same time and returns when the cluster knows them all. */
    void start(int... nodes) throws Exception {
        List<Thread> starting =
                IntStream.of(nodes)
                        .mapToObj(node -> Thread.ofPlatform().start(() -> startOne(node)))
                        .toList();
        for (Thread thread : starting) {
            thread.join(TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
            if (thread.isAlive()) {
                throw new IllegalStateException("a datanode does not start");
            }
        }
        for (int node : nodes) {
            if (!running.containsKey(node)) {
                throw new IllegalStateException("node " + node + " has not started");
            }
        }
    }

    private void startOne(int node) {
        try {
            start(configure(node, json -> {}));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Starts one node; returns when the cluster knows it. */
    Datanode start(DatanodeConfig config) throws IOException {
        Datanode started = open(config);
        started.start();
        return started;
    }

    /** Opens the ports of one node and does not wait for the cluster. */
    Datanode open(DatanodeConfig config) throws IOException {
        Files.createDirectories(config.cluster().dataDir());
        try {
            Datanode opened = Datanode.open(config, log);
            synchronized (running) {
                running.put(config.cluster().nodeId(), opened);
            }
            return opened;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** Starts a node as a process of its own and does not wait for the cluster. */
    void spawn(int node) throws IOException {
        spawn(node, json -> {});
    }

    /** As {@link #spawn(int)}, with another configuration and further options of the JVM. */
    void spawn(int node, Consumer<ObjectNode> change, String... options) throws IOException {
        configure(node, change);
        processes.start(node, nodeDirectory(node), options);
    }

    /** Ends the process of a node with SIGKILL. */
    void kill(int node) throws InterruptedException {
        processes.kill(node);
    }

    /** Waits until the process of a node has ended: its exit code. */
    int awaitEnd(int node) throws InterruptedException {
        return processes.awaitEnd(node);
    }

    /** What the processes of a node have logged. */
    String logOf(int node) throws IOException {
        return Files.readString(DatanodeProcesses.log(nodeDirectory(node)));
    }

    Datanode node(int node) {
        return Optional.ofNullable(running.get(node)).orElseThrow();
    }

    void stop(int node) {
        Datanode stopped = running.remove(node);
        if (stopped != null) {
            stopped.stop();
        }
    }

    /** A client with the certificate {@code name} that asks one node only. */
    XsanClient client(int node, String name) throws IOException {
        return new XsanClient(
                new ClientConfig(
                        List.of(host(node) + ":" + (port + DatanodeConfig.Port.API.offset())),
                        directory.resolve("ca.crt"),
                        directory.resolve(name + ".crt"),
                        directory.resolve(name + ".key")),
                10_000);
    }

    /** An administrator's client of one node. */
    XsanClient admin(int node) throws IOException {
        XsanClient known = clients.get(node);
        if (known == null) {
            known = client(node, "admin");
            clients.put(node, known);
        }
        return known;
    }

    ClusterStatus status(int node) throws IOException {
        GetClusterStatusRequest request = GetClusterStatusRequest.getDefaultInstance();
        return admin(node).call(s -> s.getClusterStatus(request));
    }

    /** The leader as a running node sees it; waits until there is one that runs. */
    int leader() throws Exception {
        int[] leader = new int[1];
        await(
                "a leader",
                () -> {
                    for (Datanode node : running.values()) {
                        leader[0] = node.leaderNode();
                        if (running.containsKey(leader[0])) {
                            return true;
                        }
                    }
                    return false;
                });
        return leader[0];
    }

    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (!isTrue(condition)) {
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new IllegalStateException("waited " + WAIT_SECONDS + " s for " + what);
            }
            Thread.sleep(50);
        }
    }

    private static boolean isTrue(BooleanSupplier condition) {
        try {
            return condition.getAsBoolean();
        } catch (ApiException e) {
            // Nodes that are starting or electing refuse; asked again.
            return false;
        }
    }

    @Override
    public void close() {
        clients.values().forEach(XsanClient::close);
        List.copyOf(running.keySet()).forEach(this::stop);
        processes.close();
    }
}
