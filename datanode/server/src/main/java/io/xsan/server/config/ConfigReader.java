package io.xsan.server.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.xsan.base.ClusterId;
import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.Pages;
import io.xsan.base.Refusal;
import io.xsan.base.memory.PoolConfig;
import io.xsan.server.disk.Placement;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the configuration file. Whatever is unknown, of another type or out of range is refused
 * with the file, the JSON path, the value and what is allowed; nothing has been started by then.
 */
public final class ConfigReader {
    private static final int DEVICES_MAX = 24;
    private static final int SCRUB_INTERVAL_MILLIS = 7 * 86_400_000;
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private static final Pattern ADDRESS = Pattern.compile("\\[?([^\\]\\s]+?)\\]?:([0-9]{1,5})");

    private final Path file;

    private ConfigReader(Path file) {
        this.file = file;
    }

    /** The configuration in {@code file}. Paths in it are relative to its directory. */
    public static DatanodeConfig read(Path file) {
        return new ConfigReader(file.toAbsolutePath()).read();
    }

    private DatanodeConfig read() {
        ConfigObject root = new ConfigObject(file, "$", parse(file));
        DatanodeConfig config =
                new DatanodeConfig(
                        cluster(root.object("cluster")),
                        storage(root.object("storage")),
                        memory(root.optionalObject("memory")),
                        network(root.optionalObject("network")),
                        metadata(root.optionalObject("metadata")),
                        members(root),
                        discovery(root.optionalObject("discovery")),
                        tls(root.object("tls"), this::resolve),
                        log(root.optionalObject("log")));
        root.finish();
        checkMembers(config);
        return config;
    }

    static JsonNode parse(Path file) {
        try {
            return JSON.readTree(Files.readString(file));
        } catch (JsonProcessingException e) {
            throw new Refusal(
                    ErrorCode.INVALID_PARAM,
                    file + ": not JSON: " + e.getOriginalMessage() + place(e));
        } catch (IOException e) {
            throw new Refusal(ErrorCode.NOT_FOUND, file + ": cannot be read: " + e.getMessage());
        }
    }

    private static String place(JsonProcessingException e) {
        return e.getLocation() == null
                ? ""
                : " at line "
                        + e.getLocation().getLineNr()
                        + ", column "
                        + e.getLocation().getColumnNr();
    }

    private DatanodeConfig.Cluster cluster(ConfigObject cluster) {
        String id = cluster.text("cluster_id");
        ClusterId clusterId;
        try {
            clusterId = ClusterId.parse(id);
        } catch (IllegalArgumentException e) {
            throw cluster.refuse("cluster_id", id, "a UUID");
        }
        DatanodeConfig.Cluster read =
                new DatanodeConfig.Cluster(
                        clusterId,
                        cluster.integer("node_id", 1, NodeId.MAX),
                        cluster.text("bind_ip"),
                        cluster.integer("bind_port", 1, 65_535 - 10, 7480),
                        resolve(cluster.text("data_dir")),
                        cluster.text("failure_domain", ""),
                        Duration.ofMillis(
                                cluster.integer("rebuild_delay", 1_000, 86_400_000, 600_000)),
                        cluster.integer("rebalance_percent", 2, 100, 15));
        cluster.finish();
        return read;
    }

    private Path resolve(String path) {
        Path parent = file.getParent();
        return parent == null ? Path.of(path) : parent.resolve(path).normalize();
    }

    private DatanodeConfig.Storage storage(ConfigObject storage) {
        List<DatanodeConfig.Device> devices = new ArrayList<>();
        Set<Path> paths = new LinkedHashSet<>();
        for (ConfigObject listed : storage.objects("devices", 1, DEVICES_MAX)) {
            DatanodeConfig.Device device = device(listed);
            if (!paths.add(device.path())) {
                throw refuse("$.storage.devices", device.path() + " twice", "each path once");
            }
            devices.add(device);
        }
        storage.integer("block_size", Pages.BLOCK_BYTES, Pages.BLOCK_BYTES, Pages.BLOCK_BYTES);
        int replicas = storage.integer("default_replica_count", 1, 5, 3);
        int scrub = storage.integer("scrub_interval", 0, Integer.MAX_VALUE, SCRUB_INTERVAL_MILLIS);
        storage.finish();
        return new DatanodeConfig.Storage(devices, replicas, scrub);
    }

    private DatanodeConfig.Device device(ConfigObject device) {
        String type = device.choice("type", "ssd", "ssd", "hdd");
        String placement = type.equals("hdd") ? "thread" : "auto";
        DatanodeConfig.Device read =
                new DatanodeConfig.Device(
                        resolve(device.text("path")),
                        type,
                        device.choice("role", "cache", "cache", "capacity"),
                        device.bytes("size", 128L << 20, 1L << 50, 10L << 30),
                        Placement.of(
                                device.choice("placement", placement, "auto", "loop", "thread")),
                        device.choice("reads", "auto", "auto", "pool").equals("auto"));
        device.finish();
        return read;
    }

    private PoolConfig memory(ConfigObject memory) {
        PoolConfig otherwise = PoolConfig.DEFAULT;
        int countMax = 1 << 20;
        PoolConfig read =
                new PoolConfig(
                        memory.integer("small_buffers", 64, countMax, otherwise.smallCount()),
                        memory.integer("medium_buffers", 64, countMax, otherwise.mediumCount()),
                        memory.integer("large_buffers", 8, countMax, otherwise.largeCount()),
                        memory.integer("huge_buffers", 0, countMax, otherwise.hugeCount()),
                        otherwise.hugeBytes());
        memory.finish();
        return read;
    }

    private static DatanodeConfig.Metadata metadata(ConfigObject metadata) {
        DatanodeConfig.Metadata read =
                new DatanodeConfig.Metadata(
                        metadata.integer("checkpoint_entries", 16, 10_000_000, 10_000),
                        metadata.bytes("log_segment_size", 8 << 10, 64 << 20, 8 << 20));
        metadata.finish();
        return read;
    }

    private DatanodeConfig.Network network(ConfigObject network) {
        DatanodeConfig.Network read =
                new DatanodeConfig.Network(
                        network.integer("heartbeat_interval", 50, 60_000, 500),
                        network.integer("election_timeout", 150, 60_000, 1_000),
                        network.integer("max_connections", 1, 65_535, 1_024),
                        multicast(network),
                        network.choice("encryption", "on", "on", "auth-only").equals("auth-only"));
        network.finish();
        return read;
    }

    private static Optional<InetSocketAddress> multicast(ConfigObject network) {
        String text = network.text("multicast", "");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        DatanodeConfig.Seed seed = seed(network, "multicast", text);
        InetSocketAddress group = new InetSocketAddress(seed.host(), seed.port());
        if (group.getAddress() == null || !group.getAddress().isMulticastAddress()) {
            throw network.refuse("multicast", text, "GROUP:PORT with a multicast address");
        }
        return Optional.of(group);
    }

    private static DatanodeConfig.Seed seed(ConfigObject object, String key, String text) {
        Matcher matcher = ADDRESS.matcher(text);
        int port = matcher.matches() ? Integer.parseInt(matcher.group(2)) : 0;
        if (port < 1 || port > 65_535) {
            throw object.refuse(key, '"' + text + '"', "HOST:PORT");
        }
        return new DatanodeConfig.Seed(matcher.group(1), port);
    }

    private DatanodeConfig.Discovery discovery(ConfigObject discovery) {
        String mode = discovery.choice("mode", "static", "static", "dns", "multicast", "etcd");
        DatanodeConfig.Discovery read =
                switch (mode) {
                    case "dns" ->
                            new DatanodeConfig.Discovery.Dns(
                                    discovery.text("name"),
                                    discovery.integer("port", 1, 65_535 - 10, 7480));
                    case "multicast" -> new DatanodeConfig.Discovery.Multicast();
                    case "etcd" ->
                            new DatanodeConfig.Discovery.ListFile(resolve(discovery.text("file")));
                    default ->
                            new DatanodeConfig.Discovery.Static(
                                    discovery.texts("seeds", 16).stream()
                                            .map(text -> seed(discovery, "seeds", text))
                                            .toList());
                };
        discovery.finish();
        return read;
    }

    private List<DatanodeConfig.Member> members(ConfigObject root) {
        List<DatanodeConfig.Member> members = new ArrayList<>();
        for (ConfigObject member : root.objects("members", 0, 5)) {
            members.add(
                    new DatanodeConfig.Member(
                            member.integer("node_id", 1, NodeId.MAX),
                            member.text("host"),
                            member.integer("port", 1, 65_535 - 10, 7480)));
            member.finish();
        }
        return members;
    }

    private void checkMembers(DatanodeConfig config) {
        Set<Integer> ids = new LinkedHashSet<>();
        for (DatanodeConfig.Member member : config.members()) {
            if (!ids.add(member.nodeId())) {
                throw refuse("$.members", "node " + member.nodeId() + " twice", "each node once");
            }
        }
        if (!config.members().isEmpty() && config.members().size() % 2 == 0) {
            throw refuse("$.members", config.members().size() + " members", "1, 3 or 5");
        }
        boolean canFind =
                !config.members().isEmpty()
                        || !(config.discovery() instanceof DatanodeConfig.Discovery.Static(var s))
                        || !s.isEmpty();
        if (!canFind) {
            throw refuse("$.discovery.seeds", "empty", "at least one, where members is not given");
        }
        if (config.discovery() instanceof DatanodeConfig.Discovery.Multicast
                && (config.network().multicast().isEmpty()
                        || config.tls().heartbeatKey().isEmpty())) {
            throw refuse(
                    "$.discovery.mode",
                    "multicast",
                    "that only together with network.multicast and tls.heartbeat_key");
        }
    }

    private Refusal refuse(String path, String value, String allowed) {
        return ConfigObject.refusal(file, path, value, allowed);
    }

    static DatanodeConfig.Tls tls(ConfigObject tls, Function<String, Path> resolve) {
        DatanodeConfig.Tls read =
                new DatanodeConfig.Tls(
                        resolve.apply(tls.text("authority")),
                        resolve.apply(tls.text("certificate")),
                        resolve.apply(tls.text("key")),
                        Optional.of(tls.text("heartbeat_key", ""))
                                .filter(text -> !text.isEmpty())
                                .map(resolve));
        tls.finish();
        return read;
    }

    static DatanodeConfig.Log log(ConfigObject log) {
        DatanodeConfig.Log read =
                new DatanodeConfig.Log(
                        log.choice(
                                "level", "INFO", "FATAL", "ERROR", "WARN", "INFO", "DEBUG",
                                "TRACE"),
                        log.choice("format", "text", "text", "json"));
        log.finish();
        return read;
    }
}
