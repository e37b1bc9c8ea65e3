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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Reads the configuration file. Whatever is unknown, of another type or out of range is refused
 * with the file, the JSON path, the value and what is allowed; nothing has been started by then.
 */
public final class ConfigReader {
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

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
                        network(root.optionalObject("network")),
                        members(root),
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
                        cluster.text("failure_domain", ""));
        cluster.finish();
        return read;
    }

    private Path resolve(String path) {
        Path parent = file.getParent();
        return parent == null ? Path.of(path) : parent.resolve(path).normalize();
    }

    private DatanodeConfig.Storage storage(ConfigObject storage) {
        List<DatanodeConfig.Device> devices = new ArrayList<>();
        for (ConfigObject device : storage.objects("devices", 1, 1)) {
            devices.add(
                    new DatanodeConfig.Device(
                            resolve(device.text("path")),
                            device.choice("type", "ssd", "ssd", "hdd"),
                            device.choice("role", "cache", "cache", "capacity"),
                            device.bytes("size", 128L << 20, 1L << 50, 10L << 30)));
            device.finish();
        }
        storage.integer("block_size", Pages.BLOCK_BYTES, Pages.BLOCK_BYTES, Pages.BLOCK_BYTES);
        int replicas = storage.integer("default_replica_count", 1, 5, 3);
        storage.finish();
        return new DatanodeConfig.Storage(devices, replicas);
    }

    private DatanodeConfig.Network network(ConfigObject network) {
        DatanodeConfig.Network read =
                new DatanodeConfig.Network(
                        network.integer("heartbeat_interval", 50, 60_000, 500),
                        network.integer("election_timeout", 150, 60_000, 1_000),
                        network.integer("max_connections", 1, 65_535, 1_024));
        network.choice("encryption", "on", "on");
        network.finish();
        return read;
    }

    private List<DatanodeConfig.Member> members(ConfigObject root) {
        List<DatanodeConfig.Member> members = new ArrayList<>();
        for (ConfigObject member : root.objects("members", 1, 5)) {
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
        if (config.members().size() % 2 == 0) {
            throw refuse("$.members", config.members().size() + " members", "1, 3 or 5");
        }
        if (!ids.contains(config.cluster().nodeId())) {
            throw refuse(
                    "$.members",
                    ids.toString(),
                    "a list that has this node (" + config.cluster().nodeId() + ")");
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
                        resolve.apply(tls.text("key")));
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
