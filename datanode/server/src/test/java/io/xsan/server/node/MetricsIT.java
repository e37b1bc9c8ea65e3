package io.xsan.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.protocol.v1.CreateVolumeRequest;
import io.xsan.protocol.v1.Engine;
import io.xsan.protocol.v1.ExportVolumeRequest;
import io.xsan.protocol.v1.NodeStatus;
import io.xsan.protocol.v1.Policy;
import io.xsan.protocol.v1.VolumeRef;
import io.xsan.server.Repository;
import io.xsan.server.config.DatanodeConfig;
import io.xsan.server.demo.nbd.NbdClient;
import io.xsan.server.metrics.ExpositionSyntax;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a datanode tells over HTTP about itself, against what was done with it. */
@Timeout(300)
class MetricsIT {
    private static final int IO_BYTES = 64 << 10;
    private static final int WRITES = 10;
    private static final int READS = 4;
    private static final long CONNECT_MILLIS = 30_000;

    @TempDir static Path directory;
    private static TestCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = new TestCluster(directory, 1);
        cluster.start(1);
        CreateVolumeRequest request =
                CreateVolumeRequest.newBuilder()
                        .setName("counted")
                        .setSizeBytes(8 << 20)
                        .setPolicy(Policy.newBuilder().setReplicas(1))
                        .build();
        cluster.admin(1).call(s -> s.createVolume(request));
        ExportVolumeRequest export =
                ExportVolumeRequest.newBuilder()
                        .setVolume(VolumeRef.newBuilder().setName("counted"))
                        .build();
        URI uri = URI.create(cluster.admin(1).call(s -> s.exportVolume(export)).getTcpUri());
        InetSocketAddress address = new InetSocketAddress(uri.getHost(), uri.getPort());
        NbdClient[] connected = new NbdClient[1];
        TestCluster.await("an engine that serves", () -> isConnected(address, connected));
        try (NbdClient client = connected[0]) {
            for (int i = 0; i < WRITES; i++) {
                client.write((long) i * IO_BYTES, ByteBuffer.allocateDirect(IO_BYTES)).get();
            }
            for (int i = 0; i < READS; i++) {
                client.read((long) i * IO_BYTES, ByteBuffer.allocateDirect(IO_BYTES)).get();
            }
        }
    }

    private static boolean isConnected(InetSocketAddress address, NbdClient[] connected) {
        try {
            connected[0] = NbdClient.connect(address, "counted", CONNECT_MILLIS);
            return true;
        } catch (IOException e) {
            // The attachment has not reached the engine yet.
            return false;
        }
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static HttpResponse<String> get(int node, String path) throws Exception {
        int port = cluster.port + DatanodeConfig.Port.HEALTH.offset();
        URI uri = URI.create("http://" + cluster.host(node) + ":" + port + path);
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private static double value(String text, String name, String label) {
        List<String> found =
                text.lines()
                        .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                        .filter(line -> line.contains(label))
                        .toList();
        assertThat(found).as(name + " " + label).hasSize(1);
        return Double.parseDouble(found.getFirst().substring(found.getFirst().indexOf("} ") + 1));
    }

    @Test
    void countersTellWhatHostsDid() throws Exception {
        String text = get(1, "/metrics").body();
        String volume = "name=\"counted\"";

        assertThat(value(text, "xsan_volume_writes_total", volume)).isEqualTo(WRITES);
        assertThat(value(text, "xsan_volume_reads_total", volume)).isEqualTo(READS);
        assertThat(value(text, "xsan_volume_written_bytes_total", volume))
                .isEqualTo(WRITES * IO_BYTES);
        assertThat(value(text, "xsan_volume_read_bytes_total", volume)).isEqualTo(READS * IO_BYTES);
        assertThat(value(text, "xsan_volume_write_seconds_count", volume)).isEqualTo(WRITES);
        assertThat(value(text, "xsan_volume_read_seconds_count", volume)).isEqualTo(READS);
        assertThat(value(text, "xsan_volume_errors_total", volume)).isZero();
        assertThat(value(text, "xsan_volume_queue_depth", volume)).isZero();
        assertThat(value(text, "xsan_network_received_bytes_total", "kind=\"nbd\""))
                .isBetween((double) WRITES * IO_BYTES, WRITES * IO_BYTES + 10_000.0);
        assertThat(value(text, "xsan_network_sent_bytes_total", "kind=\"nbd\""))
                .isBetween((double) READS * IO_BYTES, READS * IO_BYTES + 10_000.0);
    }

    @Test
    void statusOfANodeTellsTheSame() throws Exception {
        NodeStatus status = cluster.status(1).getNodes(0).getStatus();
        Engine engine = status.getEngines(0);

        assertThat(engine.getWrites()).isEqualTo(WRITES);
        assertThat(engine.getLoad().getWriteP50Micros()).isPositive();
        assertThat(engine.getLoad().getWriteP99Micros())
                .isGreaterThanOrEqualTo(engine.getLoad().getWriteP50Micros());
        assertThat(engine.getLoad().getErrors()).isZero();
        assertThat(status.getTrafficList()).extracting(t -> t.getKind()).contains("peer", "nbd");
        assertThat(status.getStore().getSyncs()).isPositive();
    }

    @Test
    void everyMetricIsDocumentedAndEveryDocumentedOneIsThere() throws Exception {
        Set<String> told = ExpositionSyntax.check(get(1, "/metrics").body());

        assertThat(told).isEqualTo(documented());
    }

    private static Set<String> documented() throws IOException {
        String page = Files.readString(Repository.ofThisBuild().root().resolve("docs/METRICS.md"));
        return Pattern.compile("`(xsan_[a-z_]+)`")
                .matcher(page)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void healthIsThatOfTheProcessAndReadinessThatOfTheClusterKnowingIt() throws Exception {
        assertThat(get(1, "/healthz").statusCode()).isEqualTo(200);
        assertThat(get(1, "/readyz").statusCode()).isEqualTo(200);

        Datanode fresh = cluster.open(cluster.configure(2, json -> {}));
        assertThat(get(2, "/healthz").statusCode()).isEqualTo(200);
        assertThat(get(2, "/readyz").statusCode()).isEqualTo(503);
        assertThat(get(2, "/metrics").statusCode()).isEqualTo(200);

        fresh.start();
        assertThat(get(2, "/readyz").statusCode()).isEqualTo(200);
        cluster.stop(2);
    }
}
