package io.xsan.server.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xsan.protocol.v1.Component;
import io.xsan.protocol.v1.CreateVolumeRequest;
import io.xsan.protocol.v1.ExportVolumeRequest;
import io.xsan.protocol.v1.Policy;
import io.xsan.protocol.v1.SetVolumePolicyRequest;
import io.xsan.protocol.v1.Volume;
import io.xsan.protocol.v1.VolumeRef;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Volumes get other numbers of copies and other widths while they are written (rule 11). */
class ReshapeIT {
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

    private static void create(String name, int replicas, int width) throws Exception {
        CreateVolumeRequest request =
                CreateVolumeRequest.newBuilder()
                        .setName(name)
                        .setSizeBytes(LoadedVolume.BYTES)
                        .setOwner(1)
                        .setPolicy(Policy.newBuilder().setReplicas(replicas).setWidth(width))
                        .build();
        cluster.admin(1).call(s -> s.createVolume(request));
        ExportVolumeRequest export =
                ExportVolumeRequest.newBuilder().setVolume(named(name)).build();
        cluster.admin(1).call(s -> s.exportVolume(export));
        TestCluster.await("an engine", () -> volume(name).getEngine().getState().equals("SERVING"));
    }

    private static Volume setPolicy(String name, int replicas, int width) throws IOException {
        SetVolumePolicyRequest request =
                SetVolumePolicyRequest.newBuilder()
                        .setVolume(named(name))
                        .setPolicy(Policy.newBuilder().setReplicas(replicas).setWidth(width))
                        .build();
        return cluster.admin(1).call(s -> s.setVolumePolicy(request));
    }

    private static boolean isSettled(String name, int replicas, int width) {
        Volume volume = volume(name);
        return !volume.hasMove()
                && volume.getPolicy().getReplicas() == replicas
                && volume.getPolicy().getWidth() == width
                && volume.getComponentsCount() == width
                && volume.getComponentsList().stream()
                        .map(Component::getState)
                        .allMatch("IN_SYNC"::equals);
    }

    @Test
    void copiesAndWidthChangeUnderLoadAndNothingIsLost() throws Exception {
        create("changing", 1, 1);
        LoadedVolume load = new LoadedVolume(cluster, "changing");
        load.write(200);
        int[][] shapes = {{3, 3}, {2, 4}, {2, 2}, {4, 4}, {1, 2}};
        for (int[] shape : shapes) {
            setPolicy("changing", shape[0], shape[1]);
            while (!isSettled("changing", shape[0], shape[1])) {
                load.write(10);
            }
            load.verify();
        }
        assertThat(volume("changing").getPolicy().getMinReplicas()).isEqualTo(1);
    }

    @Test
    void shapesThatTheClusterCannotHaveAreRefusedAndChangeNothing() throws Exception {
        create("fixed", 2, 2);
        assertThatThrownBy(() -> setPolicy("fixed", 5, 0))
                .hasMessageContaining("replicas is 5; the cluster has 4 nodes");
        assertThatThrownBy(() -> setPolicy("fixed", 0, 6))
                .hasMessageContaining("width is 6; the cluster has 4 nodes");
        assertThatThrownBy(() -> setPolicy("fixed", 3, 2))
                .hasMessageContaining("width is '2'; allowed: 3 to 64");
        assertThat(isSettled("fixed", 2, 2)).isTrue();
    }
}
