package io.xsan.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xsan.protocol.v1.CreateVolumeRequest;
import io.xsan.protocol.v1.ExportVolumeRequest;
import io.xsan.protocol.v1.Policy;
import io.xsan.protocol.v1.VolumeRef;
import io.xsan.server.demo.nbd.NbdClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three datanodes on small directories, and volumes that promise more than they have. */
@Timeout(400)
class SpaceIT {
    private static final long MIB = 1 << 20;
    private static final int CHUNK_BYTES = 1 << 20;
    private static final int FIRST_CHUNKS = 200;
    private static final int SECOND_CHUNKS = 100;
    private static final int ENOSPC = 28;
    private static final long CONNECT_MILLIS = 30_000;

    @TempDir Path directory;
    private TestCluster cluster;
    private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);

    @BeforeEach
    void start() throws Exception {
        cluster = new TestCluster(directory, 3);
        Thread[] starting = new Thread[3];
        for (int node = 1; node <= 3; node++) {
            var config = cluster.configure(node, SpaceIT::makeSmall);
            starting[node - 1] = Thread.ofPlatform().start(() -> start(config));
        }
        for (Thread thread : starting) {
            thread.join();
        }
    }

    private void start(io.xsan.server.config.DatanodeConfig config) {
        try {
            cluster.start(config);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of 512 MiB about 248 are usable: the rest is the cleaner's. */
    private static void makeSmall(ObjectNode json) {
        ObjectNode device = (ObjectNode) json.path("storage").path("devices").path(0);
        device.put("size", "512MiB");
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private static VolumeRef named(String name) {
        return VolumeRef.newBuilder().setName(name).build();
    }

    private NbdClient make(String name, int chunks) throws Exception {
        CreateVolumeRequest request =
                CreateVolumeRequest.newBuilder()
                        .setName(name)
                        .setSizeBytes((long) chunks * CHUNK_BYTES)
                        .setOwner(1)
                        .setPolicy(Policy.newBuilder().setReplicas(3))
                        .build();
        asked("a volume " + name, () -> cluster.admin(1).call(s -> s.createVolume(request)));
        ExportVolumeRequest export =
                ExportVolumeRequest.newBuilder().setVolume(named(name)).build();
        URI[] uri = new URI[1];
        asked(
                "an export of " + name,
                () ->
                        uri[0] =
                                URI.create(
                                        cluster.admin(1)
                                                .call(s -> s.exportVolume(export))
                                                .getTcpUri()));
        NbdClient[] client = new NbdClient[1];
        asked(
                "an engine that serves " + name,
                () ->
                        client[0] =
                                NbdClient.connect(
                                        new InetSocketAddress(uri[0].getHost(), uri[0].getPort()),
                                        name,
                                        CONNECT_MILLIS));
        return client[0];
    }

    private interface Question {
        Object ask() throws IOException;
    }

    private static void asked(String what, Question question) throws InterruptedException {
        TestCluster.await(
                what,
                () -> {
                    try {
                        question.ask();
                        return true;
                    } catch (IOException e) {
                        // Nodes are still being heard of, or the engine is opening.
                        return false;
                    }
                });
    }

    private ByteBuffer content(String volume, int index, int round) {
        SplittableRandom random =
                new SplittableRandom(volume.hashCode() * 31L + index * 1_000L + round);
        for (int word = 0; word < CHUNK_BYTES; word += 8) {
            chunk.putLong(word, random.nextLong());
        }
        return chunk.clear();
    }

    private boolean write(NbdClient client, String volume, int index, int round) throws Exception {
        try {
            client.write((long) index * CHUNK_BYTES, content(volume, index, round)).get();
            return true;
        } catch (ExecutionException e) {
            assertThat(e).hasMessageContaining("error " + ENOSPC);
            return false;
        }
    }

    private void verify(NbdClient client, String volume, int index, int round) throws Exception {
        ByteBuffer found = ByteBuffer.allocateDirect(CHUNK_BYTES);
        client.read((long) index * CHUNK_BYTES, found).get();
        assertThat(found.clear().mismatch(content(volume, index, round)))
                .as("chunk %d of %s", index, volume)
                .isEqualTo(-1);
    }

    /** Fills the second volume as far as it goes; answers how many chunks were written. */
    private int fill(NbdClient client, String volume) throws Exception {
        for (int i = 0; i < SECOND_CHUNKS; i++) {
            if (!write(client, volume, i, 1)) {
                return i;
            }
        }
        throw new AssertionError(
                "the stores took more than they have: " + cluster.status(1).getNodesList());
    }

    private long leastFreeBytes() throws IOException {
        return cluster.status(1).getNodesList().stream()
                .mapToLong(node -> node.getStatus().getStore().getFreeBytes())
                .min()
                .orElseThrow();
    }

    private void awaitWrite(NbdClient client, String volume, int index, int round)
            throws InterruptedException {
        TestCluster.await(
                "room for chunk " + index + " of " + volume,
                () -> {
                    try {
                        return write(client, volume, index, round);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
    }

    @Test
    void deletionOfAVolumeOnFullDevicesGivesItsSpaceBack() throws Exception {
        try (NbdClient second = make("second", SECOND_CHUNKS)) {
            int written;
            try (NbdClient first = make("first", FIRST_CHUNKS)) {
                for (int i = 0; i < FIRST_CHUNKS; i++) {
                    assertThat(write(first, "first", i, 1)).isTrue();
                }
                written = fill(second, "second");
            }
            cluster.admin(1).call(s -> s.unexportVolume(named("first")));
            cluster.admin(1).call(s -> s.deleteVolume(named("first")));

            for (int i = written; i < SECOND_CHUNKS; i++) {
                awaitWrite(second, "second", i, 1);
            }
            TestCluster.await("space", () -> free() > 100 * MIB);
            for (int i = 0; i < SECOND_CHUNKS; i++) {
                verify(second, "second", i, 1);
            }
        }
    }

    private long free() {
        try {
            return leastFreeBytes();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
