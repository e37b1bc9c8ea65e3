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
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes are emptied while volumes are written, and taken out (rule 11). */
class DrainIT {
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
                        .setSizeBytes(LoadedVolume.BYTES)
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

    private static NodeContents drain(int node, boolean isCancelled) throws IOException {
        DrainNodeRequest request =
                DrainNodeRequest.newBuilder().setNode(node).setCancel(isCancelled).build();
        return cluster.admin(3).call(s -> s.drainNode(request));
    }

    @Test
    void drainedNodesHoldNothingAndNothingIsLost() throws Exception {
        create("narrow", 2, 2);
        create("wide", 2, 4);
        LoadedVolume narrow = new LoadedVolume(cluster, "narrow");
        LoadedVolume wide = new LoadedVolume(cluster, "wide");
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
