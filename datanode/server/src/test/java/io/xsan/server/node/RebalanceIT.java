package io.xsan.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xsan.protocol.v1.CreateVolumeRequest;
import io.xsan.protocol.v1.ExportVolumeRequest;
import io.xsan.protocol.v1.ListVolumesRequest;
import io.xsan.protocol.v1.Policy;
import io.xsan.protocol.v1.Volume;
import io.xsan.protocol.v1.VolumeRef;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that joins full ones takes its part of their data. */
class RebalanceIT {
    private static final int VOLUMES = 3;

    @TempDir Path directory;

    private static void start(TestCluster cluster, int node) throws IOException {
        cluster.start(
                cluster.configure(
                        node,
                        json ->
                                ((ObjectNode) json.required("cluster"))
                                        .put("rebalance_percent", 2)));
    }

    private static List<Volume> volumes(TestCluster cluster) {
        try {
            return cluster.admin(1)
                    .call(s -> s.listVolumes(ListVolumesRequest.getDefaultInstance()))
                    .getVolumesList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isOn(Volume volume, int node) {
        return volume.getComponentsList().stream().anyMatch(c -> c.getNode() == node);
    }

    @Test
    void nodeThatJoinsTakesDataAndNothingIsLost() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 1)) {
            for (int node = 1; node <= 3; node++) {
                start(cluster, node);
            }
            LoadedVolume[] loads = new LoadedVolume[VOLUMES];
            for (int i = 0; i < VOLUMES; i++) {
                loads[i] = load(cluster, "v" + i);
                loads[i].write(2_000);
            }
            assertThat(volumes(cluster)).noneMatch(Volume::hasMove);
            start(cluster, 4);
            TestCluster.await(
                    "data on node 4",
                    () ->
                            volumes(cluster).stream().anyMatch(v -> isOn(v, 4))
                                    && volumes(cluster).stream().noneMatch(Volume::hasMove));
            for (LoadedVolume load : loads) {
                load.write(10);
                load.verify();
            }
        }
    }

    private static LoadedVolume load(TestCluster cluster, String name) throws Exception {
        CreateVolumeRequest request =
                CreateVolumeRequest.newBuilder()
                        .setName(name)
                        .setSizeBytes(LoadedVolume.BYTES)
                        .setOwner(1)
                        .setPolicy(Policy.newBuilder().setReplicas(3))
                        .build();
        cluster.admin(1).call(s -> s.createVolume(request));
        VolumeRef named = VolumeRef.newBuilder().setName(name).build();
        cluster.admin(1)
                .call(s ->
                        s.exportVolume(ExportVolumeRequest.newBuilder().setVolume(named).build()));
        return new LoadedVolume(cluster, name);
    }
}
