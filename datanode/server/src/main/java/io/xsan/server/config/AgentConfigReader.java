package io.xsan.server.config;

import io.xsan.base.ClusterId;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** Reads the configuration file of an agent, by the same rules as {@link ConfigReader}. */
public final class AgentConfigReader {
    /** A unix socket's path may have 107 bytes; names of up to 30 are put below this directory. */
    private static final int STATE_DIR_BYTES_MAX = 76;

    private static final Pattern PLAIN = Pattern.compile("[!-~]{1,253}");
    private static final Pattern ENDPOINT = Pattern.compile("\\S+:[0-9]{1,5}");

    private final Path file;

    private AgentConfigReader(Path file) {
        this.file = file;
    }

    /** The configuration in {@code file}. Paths in it are relative to its directory. */
    public static AgentConfig read(Path file) {
        return new AgentConfigReader(file.toAbsolutePath()).read();
    }

    private AgentConfig read() {
        ConfigObject root = new ConfigObject(file, "$", ConfigReader.parse(file));
        AgentConfig config =
                new AgentConfig(
                        cluster(root.object("cluster")),
                        host(root.optionalObject("host")),
                        attaching(root.optionalObject("attach")),
                        ConfigReader.tls(root.object("tls"), this::resolve),
                        ConfigReader.log(root.optionalObject("log")));
        root.finish();
        return config;
    }

    private Path resolve(String path) {
        return file.resolveSibling(path).normalize();
    }

    private static AgentConfig.Cluster cluster(ConfigObject cluster) {
        String id = cluster.text("cluster_id");
        ClusterId clusterId;
        try {
            clusterId = ClusterId.parse(id);
        } catch (IllegalArgumentException e) {
            throw cluster.refuse("cluster_id", id, "a UUID");
        }
        List<String> endpoints = cluster.texts("endpoints", 1, 64);
        for (String endpoint : endpoints) {
            if (!ENDPOINT.matcher(endpoint).matches()) {
                throw cluster.refuse("endpoints", endpoint, "HOST:PORT of datanodes' API ports");
            }
        }
        cluster.finish();
        return new AgentConfig.Cluster(clusterId, endpoints);
    }

    private AgentConfig.Host host(ConfigObject host) {
        String name = host.text("name", "");
        if (name.isEmpty()) {
            name = hostName();
        }
        if (!PLAIN.matcher(name).matches()) {
            throw host.refuse("name", name, "1 to 253 printable ASCII characters");
        }
        Path stateDir = resolve(host.text("state_dir", "/var/lib/xsan/agent"));
        String text = stateDir.toString();
        if (!PLAIN.matcher(text).matches() || text.length() > STATE_DIR_BYTES_MAX) {
            throw host.refuse(
                    "state_dir",
                    text,
                    "a path of at most " + STATE_DIR_BYTES_MAX + " characters without blanks");
        }
        Path socket = resolve(host.text("socket", "/run/xsan/agent.sock"));
        host.finish();
        return new AgentConfig.Host(name, stateDir, socket);
    }

    private static String hostName() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            return InetAddress.getLoopbackAddress().getHostName();
        }
    }

    private static AgentConfig.Attaching attaching(ConfigObject attach) {
        List<String> modes = attach.texts("modes", 1, 2, List.of("nbd", "fuse"));
        for (String mode : modes) {
            if (!mode.equals("nbd") && !mode.equals("fuse")) {
                throw attach.refuse("modes", mode, "nbd or fuse");
            }
        }
        int hold = attach.integer("io_hold_timeout", 1_000, 86_400_000, 600_000);
        attach.finish();
        return new AgentConfig.Attaching(modes, hold);
    }
}
