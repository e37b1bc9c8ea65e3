package io.xsan.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.ClusterId;
import io.xsan.base.NodeId;
import io.xsan.meta.heartbeat.DiskHealth;
import io.xsan.meta.heartbeat.HeardNode;
import io.xsan.meta.heartbeat.HeartbeatCodec;
import io.xsan.meta.heartbeat.HeartbeatReport;
import io.xsan.meta.image.NodeRecord;
import io.xsan.server.config.DatanodeConfig;
import io.xsan.server.config.DatanodeConfig.Port;
import io.xsan.server.heartbeat.HeartbeatKey;
import io.xsan.server.tls.ClusterAuthority;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may use the ports of a datanode: every port of {@link Port} is in one of the groups here. */
class PortsIT {
    /** Those that take TLS with a certificate of the cluster only. */
    private static final Set<Port> CLOSED = EnumSet.of(Port.PEER, Port.API, Port.RAFT);

    /** NBD, with TLS unless on loopback: see NbdServerIT. Health, on loopback only. */
    private static final Set<Port> LOCAL = EnumSet.of(Port.NBD, Port.HEALTH);

    private static final Set<Port> UDP = EnumSet.of(Port.HEARTBEAT);
    private static final int CONNECTIONS_MAX = 24;
    private static final byte[] HELLO = "hello, who is there?\r\n\r\n".repeat(20).getBytes();

    private static final NodeId NODE_2 = new NodeId(2);

    @TempDir static Path directory;
    private static TestCluster cluster;
    private static Path foreign;

    @BeforeAll
    static void start() throws Exception {
        cluster = new TestCluster(directory, 1);
        cluster.start(
                cluster.configure(
                        1,
                        json ->
                                json.withObject("network")
                                        .put("max_connections", CONNECTIONS_MAX)));
        // Another cluster that has the same number, and an authority of its own.
        foreign = directory.resolve("foreign");
        ClusterAuthority other = ClusterAuthority.create(foreign, cluster.clusterId);
        other.issue(foreign, "admin", "admin", 0);
        other.issue(foreign, "node", "node", 2, cluster.host(2));
        // The same authority, for another cluster.
        cluster.authority().issue(directory, "node2", "node", 2, cluster.host(2));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static InetSocketAddress at(Port port) {
        return new InetSocketAddress(cluster.host(1), cluster.port + port.offset());
    }

    private static TlsProbe with(Path identity) {
        return new TlsProbe(directory.resolve("ca.crt"), Optional.of(identity));
    }

    private static TlsProbe.Outcome probe(TlsProbe probe, Port port) throws IOException {
        return probe.probe(at(port));
    }

    @Test
    void everyPortIsKnownHere() {
        Set<Port> all = EnumSet.copyOf(CLOSED);
        all.addAll(LOCAL);
        all.addAll(UDP);
        assertThat(all).isEqualTo(EnumSet.allOf(Port.class));
    }

    @Test
    void noPortServesWithoutACertificate() throws Exception {
        TlsProbe without = new TlsProbe(directory.resolve("ca.crt"), Optional.empty());
        for (Port port : CLOSED) {
            assertThat(probe(without, port)).as("%s", port).isEqualTo(TlsProbe.Outcome.REFUSED);
        }
    }

    @Test
    void noPortServesInClear() throws Exception {
        for (Port port : CLOSED) {
            byte[] answer = TlsProbe.inClear(at(port), HELLO);
            // Nothing, or an alert of TLS (21).
            assertThat(answer.length == 0 || answer[0] == 21).as("%s", port).isTrue();
        }
    }

    @Test
    void certificatesOfAnotherAuthorityAreRefused() throws Exception {
        for (String role : List.of("admin", "node")) {
            for (Port port : CLOSED) {
                assertThat(probe(with(foreign.resolve(role)), port))
                        .as("%s of another authority at %s", role, port)
                        .isEqualTo(TlsProbe.Outcome.REFUSED);
            }
        }
    }

    @Test
    void certificatesOfAnotherRoleAreRefused() throws Exception {
        assertThat(probe(with(directory.resolve("admin")), Port.PEER))
                .isEqualTo(TlsProbe.Outcome.REFUSED);
        for (String role : List.of("admin", "agent")) {
            assertThat(probe(with(directory.resolve(role)), Port.RAFT))
                    .as("%s at the Raft port", role)
                    .isEqualTo(TlsProbe.Outcome.REFUSED);
        }
        // What the API refuses to roles is shown by FollowerIT; it serves all of them something.
        assertThat(probe(with(directory.resolve("agent")), Port.API))
                .isEqualTo(TlsProbe.Outcome.SERVED);
        assertThat(probe(with(directory.resolve("node2")), Port.RAFT))
                .isEqualTo(TlsProbe.Outcome.SERVED);
    }

    @Test
    void portWithoutTlsListensOnLoopbackOnly() throws Exception {
        for (String host : List.of("192.0.2.1", cluster.host(1))) {
            DatanodeConfig.Cluster own =
                    new DatanodeConfig.Cluster(
                            ClusterId.parse(cluster.clusterId),
                            1,
                            host,
                            7480,
                            directory,
                            "",
                            Duration.ofMinutes(10),
                            15);
            InetSocketAddress listens = HealthServer.address(own);
            assertThat(listens.getAddress().isLoopbackAddress()).isTrue();
            assertThat(listens.getPort()).isEqualTo(7480 + Port.HEALTH.offset());
        }
    }

    @Test
    void connectionsAboveTheMostAreClosedAndOthersComeAfterThem() throws Exception {
        for (Port port : List.of(Port.API, Port.RAFT)) {
            List<Socket> open = new ArrayList<>();
            try {
                int closed = 0;
                for (int i = 0; i < CONNECTIONS_MAX + 8; i++) {
                    Socket socket = new Socket();
                    open.add(socket);
                    socket.connect(at(port), 20_000);
                }
                for (Socket socket : open) {
                    closed += isClosed(socket) ? 1 : 0;
                }
                assertThat(closed).as("%s", port).isBetween(8, 16);
            } finally {
                for (Socket socket : open) {
                    socket.close();
                }
            }
            String who = port == Port.API ? "admin" : "node2";
            TestCluster.await(
                    "a connection after them",
                    () -> {
                        try {
                            return probe(with(directory.resolve(who)), port)
                                    == TlsProbe.Outcome.SERVED;
                        } catch (IOException e) {
                            return false;
                        }
                    });
        }
    }

    /** An open connection says nothing: it waits for the client's greeting. */
    private static boolean isClosed(Socket socket) throws IOException {
        socket.setSoTimeout(300);
        InputStream in = socket.getInputStream();
        try {
            return in.read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void forgedHeartbeatsBringNobodyBackToLife() throws Exception {
        cluster.start(2);
        TestCluster.await("node 2", () -> heard().filter(h -> !h.isSilent()).isPresent());
        NodeRecord known = cluster.node(1).image().node(NODE_2).orElseThrow();
        cluster.stop(2);
        TestCluster.await("its silence", () -> heard().filter(HeardNode::isSilent).isPresent());
        HeartbeatReport alive =
                new HeartbeatReport(
                        NODE_2, known.incarnation(), Long.MAX_VALUE, DiskHealth.GOOD, 1, 1);
        ClusterId id = ClusterId.parse(cluster.clusterId);
        byte[] key = HeartbeatKey.read(directory.resolve("heartbeat.key"));
        byte[] otherKey = key.clone();
        otherKey[0] ^= 1;
        try (DatagramSocket socket = new DatagramSocket()) {
            send(socket, HELLO);
            send(socket, new byte[0]);
            send(socket, new byte[9_000]);
            send(socket, new HeartbeatCodec(id, otherKey).encode(alive));
            send(socket, new HeartbeatCodec(new ClusterId(1, 2), key).encode(alive));
            byte[] damaged = new HeartbeatCodec(id, key).encode(alive);
            damaged[20] ^= 1;
            send(socket, damaged);
            Thread.sleep(500);
            assertThat(heard().filter(HeardNode::isSilent)).isPresent();
            // The same report, sealed with the right key, counts.
            send(socket, new HeartbeatCodec(id, key).encode(alive));
            TestCluster.await("a true one", () -> heard().filter(h -> !h.isSilent()).isPresent());
        }
    }

    private static Optional<HeardNode> heard() {
        return Optional.ofNullable(cluster.node(1).heard().get(NODE_2));
    }

    private static void send(DatagramSocket socket, byte[] bytes) throws IOException {
        socket.send(new DatagramPacket(bytes, bytes.length, at(Port.HEARTBEAT)));
    }

    @Test
    void certificatesAreReadAgainWithoutARestart() throws Exception {
        TlsProbe admin = with(directory.resolve("admin"));
        Path place = cluster.nodeDirectory(1);
        List<X509Certificate> before = new ArrayList<>();
        for (Port port : CLOSED) {
            before.add(admin.certificate(at(port)));
        }
        // A certificate without its key is told of and not used.
        Path fresh = directory.resolve("fresh");
        cluster.authority().issue(fresh, "node", "node", 1, cluster.host(1));
        Files.move(
                fresh.resolve("node.crt"),
                place.resolve("node.crt"),
                StandardCopyOption.REPLACE_EXISTING);
        Thread.sleep(1_500);
        assertThat(admin.certificate(at(Port.API))).isEqualTo(before.get(1));
        Files.move(
                fresh.resolve("node.key"),
                place.resolve("node.key"),
                StandardCopyOption.REPLACE_EXISTING);
        int i = 0;
        for (Port port : CLOSED) {
            X509Certificate old = before.get(i++);
            TestCluster.await(
                    "another certificate at " + port,
                    () -> {
                        try {
                            return !admin.certificate(at(port)).equals(old);
                        } catch (IOException e) {
                            return false;
                        }
                    });
        }
        assertThat(cluster.status(1).getNodesCount()).isPositive();
    }

    @Test
    void holdersOfANewAuthorityAreServedOnceItIsInTheFile() throws Exception {
        Path next = directory.resolve("next");
        ClusterAuthority authority = ClusterAuthority.create(next, cluster.clusterId);
        authority.issue(next, "node", "node", 3, cluster.host(3));
        TlsProbe newcomer = with(next.resolve("node"));
        assertThat(probe(newcomer, Port.API)).isEqualTo(TlsProbe.Outcome.REFUSED);
        Path file = directory.resolve("ca.crt");
        Files.writeString(
                file,
                Files.readString(file) + Files.readString(next.resolve("ca.crt")),
                StandardCharsets.US_ASCII);
        for (Port port : List.of(Port.API, Port.RAFT)) {
            TestCluster.await(
                    "the new authority at " + port,
                    () -> {
                        try {
                            return probe(newcomer, port) == TlsProbe.Outcome.SERVED;
                        } catch (IOException e) {
                            return false;
                        }
                    });
        }
    }
}
