package io.xsan.server.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.v1.Component;
import io.xsan.protocol.v1.CreateVolumeRequest;
import io.xsan.protocol.v1.DrainNodeRequest;
import io.xsan.protocol.v1.ExportVolumeRequest;
import io.xsan.protocol.v1.NodeContents;
import io.xsan.protocol.v1.NodeRef;
import io.xsan.protocol.v1.Policy;
import io.xsan.protocol.v1.Volume;
import io.xsan.protocol.v1.VolumeRef;
import io.xsan.server.config.DatanodeConfig;
import io.xsan.server.demo.nbd.NbdClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes are emptied while volumes are written, and taken out (rule 11). */
class DrainIT {
    private static final int PAGE_BYTES = 4096;
    private static final int PAGES = 4096;

    @TempDir static Path directory;
    private static TestCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = new TestCluster(directory, 3);
        cluster.start(1, 2, 3);
        cluster.start(4);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static VolumeRef named(String name) {
        return VolumeRef.newBuilder().setName(name).build();
    }

    private static Volume volume(String name) {
        try {
            return cluster.admin(1).call(s -> s.getVolume(named(name)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static NodeContents contents(int node) {
        try {
            return cluster.admin(2)
                    .call(s -> s.getNodeContents(NodeRef.newBuilder().setNode(node).build()));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isOn(Volume volume, int node) {
        return volume.getComponentsList().stream().anyMatch(c -> c.getNode() == node);
    }

    private static void create(String name, int replicas, int width) throws Exception {
        CreateVolumeRequest request =
                CreateVolumeRequest.newBuilder()
                        .setName(name)
                        .setSizeBytes((long) PAGES * PAGE_BYTES)
                        .setOwner(1)
                        .setPolicy(Policy.newBuilder().setReplicas(replicas).setWidth(width))
                        .build();
        cluster.admin(1).call(s -> s.createVolume(request));
        cluster.admin(1)
                .call(s ->
                        s.exportVolume(
                                ExportVolumeRequest.newBuilder().setVolume(named(name)).build()));
        TestCluster.await("an engine", () -> volume(name).getEngine().getState().equals("SERVING"));
    }

    /** Writes pages again and again, over connections that a change of the engine ends. */
    private static final class Writer {
        private final String export;
        private final Map<Integer, Long> written = new TreeMap<>();
        private final Random random = new Random(7);
        private NbdClient client;

        Writer(String export) throws Exception {
            this.export = export;
            this.client = connect();
        }

        private NbdClient connect() throws Exception {
            NbdClient[] opened = new NbdClient[1];
            TestCluster.await(
                    "a connection to " + export,
                    () -> {
                        int owner = volume(export).getOwner();
                        try {
                            InetAddress host = InetAddress.getByName(cluster.host(owner));
                            int port = cluster.port + DatanodeConfig.Port.NBD.offset();
                            opened[0] =
                                    NbdClient.connect(
                                            new InetSocketAddress(host, port), export, 60_000);
                            return true;
                        } catch (IOException e) {
                            return false;
                        }
                    });
            return opened[0];
        }

        void write(int count) throws Exception {
            for (int i = 0; i < count; i++) {
                int page = random.nextInt(PAGES);
                long content = random.nextLong();
                sendUntilAnswered(page, content);
                written.put(page, content);
            }
        }

        private void sendUntilAnswered(int page, long content) throws Exception {
            while (true) {
                try {
                    client.write((long) page * PAGE_BYTES, page(content)).get(60, TimeUnit.SECONDS);
                    return;
                } catch (ExecutionException | TimeoutException e) {
                    client.close();
                    client = connect();
                }
            }
        }

        private static ByteBuffer page(long content) {
            ByteBuffer bytes = ByteBuffer.allocateDirect(PAGE_BYTES);
            Random filler = new Random(content);
            while (bytes.hasRemaining()) {
                bytes.putLong(filler.nextLong());
            }
            return bytes.flip();
        }

        void verify() throws Exception {
            client.close();
            client = connect();
            for (Map.Entry<Integer, Long> entry : written.entrySet()) {
                ByteBuffer read = ByteBuffer.allocateDirect(PAGE_BYTES);
                client.read((long) entry.getKey() * PAGE_BYTES, read).get(60, TimeUnit.SECONDS);
                read.clear();
                assertThat(read).as("page " + entry.getKey()).isEqualTo(page(entry.getValue()));
            }
        }
    }

    private static NodeContents drain(int node, boolean isCancelled) throws IOException {
        DrainNodeRequest request =
                DrainNodeRequest.newBuilder().setNode(node).setCancel(isCancelled).build();
        return cluster.admin(3).call(s -> s.drainNode(request));
    }

    @Test
    void drainedNodesHoldNothingAndNothingIsLost() throws Exception {
        create("narrow", 2, 2);
        create("wide", 2, 4);
        Writer narrow = new Writer("narrow");
        Writer wide = new Writer("wide");
        narrow.write(300);
        wide.write(300);
        int[] order = {4, volume("narrow").getComponents(0).getNode(), 1};
        for (int node : order) {
            drain(node, false);
            while (!contents(node).getRemovable()) {
                narrow.write(10);
                wide.write(10);
            }
            assertThat(isOn(volume("narrow"), node)).isFalse();
            assertThat(isOn(volume("wide"), node)).isFalse();
            TestCluster.await("all in sync", () -> isInSync("narrow") && isInSync("wide"));
            narrow.verify();
            wide.verify();
            drain(node, true);
        }
    }

    private static boolean isInSync(String name) {
        Volume volume = volume(name);
        return !volume.hasMove()
                && volume.getComponentsList().stream()
                        .map(Component::getState)
                        .allMatch("IN_SYNC"::equals);
    }

    @Test
    void drainIsRefusedWhereNoOtherNodeHasRoomAndRemovalWhereTheNodeVotes() throws Exception {
        CreateVolumeRequest everywhere =
                CreateVolumeRequest.newBuilder()
                        .setName("everywhere")
                        .setSizeBytes(1 << 20)
                        .setPolicy(Policy.newBuilder().setReplicas(4))
                        .build();
        cluster.admin(1).call(s -> s.createVolume(everywhere));
        TestCluster.await("made", () -> contents(4).getObstaclesCount() == 1);
        assertThat(contents(4).getObstacles(0))
                .contains("volume everywhere has 4 replicas")
                .contains("add a node");
        assertThatThrownBy(() -> drain(4, false))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("node 4 cannot be drained: volume everywhere");
        assertThat(contents(4).getDraining()).isFalse();
        assertThatThrownBy(() ->
                        cluster.admin(1)
                                .call(s -> s.removeNode(NodeRef.newBuilder().setNode(2).build())))
                .hasMessageContaining("member of the metadata group");
        cluster.admin(1).call(s -> s.deleteVolume(named("everywhere")));
    }
}
