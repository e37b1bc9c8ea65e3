package io.xsan.server.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xsan.server.cli.ClientFile;
import io.xsan.server.heartbeat.HeartbeatKey;
import io.xsan.server.tls.ClusterAuthority;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** The directory of a demo with all that its datanodes and clients need. */
final class Site implements AutoCloseable {
    /** Marks a directory as a demo's, so that no other is ever wiped. */
    private static final String MARK = "demo-of-xsan";

    private static final String HEARTBEAT_KEY = "heartbeat.key";

    /** Configuration of an agent of this host. */
    static final String AGENT = "agent.json";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int NODES = 3;
    private static final int SOCKET_PATH_BYTES_MAX = 107;

    private final Path directory;
    private final Addresses addresses;
    private final List<Member> members;

    private Site(Path directory, Addresses addresses) {
        this.directory = directory;
        this.addresses = addresses;
        this.members = addresses.members();
    }

    /** Lets other demos have the addresses, as far as no datanode uses them. */
    @Override
    public void close() throws IOException {
        addresses.close();
    }

    /**
     * Makes a new site, in place of an earlier demo's.
     *
     * @throws IOException if the directory has other things in it, or cannot be used
     */
    static Site create(Path directory, long volumeBytes) throws IOException {
        return create(directory, NODES, 2 * volumeBytes + (1L << 30), "127.0.0.");
    }

    /**
     * As above, with {@code nodes} datanodes with a device of {@code deviceBytes} each, whose
     * addresses begin with {@code prefix}, such as 127.0.0.
     */
    static Site create(Path directory, int nodes, long deviceBytes, String prefix)
            throws IOException {
        return create(directory, Addresses.choose(directory, nodes, prefix), deviceBytes);
    }

    /** As above, at {@code addresses}. */
    static Site create(Path directory, Addresses addresses, long deviceBytes) throws IOException {
        if (Files.exists(directory)) {
            wipe(directory);
        }
        Files.createDirectories(directory);
        Files.createFile(directory.resolve(MARK));
        Site site = new Site(directory, addresses);
        String clusterId = UUID.randomUUID().toString();
        ClusterAuthority authority = ClusterAuthority.create(directory, clusterId);
        HeartbeatKey.create(directory.resolve(HEARTBEAT_KEY));
        for (Member member : site.members) {
            if (member.nbdSocket().toString().length() > SOCKET_PATH_BYTES_MAX) {
                throw new IOException(
                        member.nbdSocket() + ": too long for a unix socket; use a shorter --dir");
            }
            Files.createDirectories(member.dataDirectory());
            Files.createDirectories(member.disk());
            authority.issue(member.directory(), "node", "node", member.node(), member.host());
            write(member.config(), site.config(member, clusterId, deviceBytes));
        }
        authority.issue(directory, "admin", "admin", 0);
        write(directory.resolve(ClientFile.NAME), site.client());
        authority.issue(directory, "agent", "agent", 0);
        write(directory.resolve(AGENT), site.agent(clusterId));
        return site;
    }

    private static void wipe(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            if (entries.findAny().isPresent() && !Files.exists(directory.resolve(MARK))) {
                throw new IOException(
                        directory + " has files that are not a demo's; name another with --dir");
            }
        }
        Files.walkFileTree(
                directory,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        if (!file.getFileName().toString().equals(MARK)) {
                            Files.delete(file);
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path visited, IOException failure)
                            throws IOException {
                        if (!visited.equals(directory)) {
                            Files.delete(visited);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        Files.deleteIfExists(directory.resolve(MARK));
    }

    private ObjectNode config(Member member, String clusterId, long deviceBytes) {
        ObjectNode json = JSON.createObjectNode();
        json.putObject("cluster")
                .put("cluster_id", clusterId)
                .put("node_id", member.node())
                .put("bind_ip", member.host())
                .put("bind_port", member.port())
                .put("data_dir", member.dataDirectory().toString());
        ObjectNode storage = json.putObject("storage");
        storage.putArray("devices")
                .addObject()
                .put("path", member.disk().toString())
                .put("type", "ssd")
                .put("role", "cache")
                .put("size", (deviceBytes >> 20) + "MiB");
        storage.put("block_size", 4 << 20).put("default_replica_count", 3);
        json.putObject("network")
                .put("heartbeat_interval", 500)
                .put("election_timeout", 1000)
                .put("max_connections", 1024);
        ArrayNode list = json.putArray("members");
        for (Member each : members) {
            list.addObject()
                    .put("node_id", each.node())
                    .put("host", each.host())
                    .put("port", each.port());
        }
        json.putObject("tls")
                .put("authority", directory.resolve("ca.crt").toString())
                .put("certificate", member.directory().resolve("node.crt").toString())
                .put("key", member.directory().resolve("node.key").toString())
                .put("heartbeat_key", directory.resolve(HEARTBEAT_KEY).toString());
        return json;
    }

    private ObjectNode client() {
        ObjectNode json = JSON.createObjectNode();
        ArrayNode endpoints = json.putArray("endpoints");
        members.forEach(member -> endpoints.add(member.endpoint()));
        return json.put("authority", "ca.crt")
                .put("certificate", "admin.crt")
                .put("key", "admin.key");
    }

    /** For an agent that somebody with root may start by hand. */
    private ObjectNode agent(String clusterId) {
        ObjectNode json = JSON.createObjectNode();
        ArrayNode endpoints =
                json.putObject("cluster").put("cluster_id", clusterId).putArray("endpoints");
        members.forEach(member -> endpoints.add(member.endpoint()));
        json.putObject("host").put("state_dir", "agent").put("socket", "agent.sock");
        json.putObject("tls")
                .put("authority", "ca.crt")
                .put("certificate", "agent.crt")
                .put("key", "agent.key");
        return json;
    }

    private static void write(Path file, ObjectNode json) throws IOException {
        Files.writeString(file, json.toPrettyString() + "\n");
    }

    Path directory() {
        return directory;
    }

    List<Member> members() {
        return members;
    }

    Member member(int node) {
        return members.get(node - 1);
    }

    Path clientFile() {
        return directory.resolve(ClientFile.NAME);
    }
}
