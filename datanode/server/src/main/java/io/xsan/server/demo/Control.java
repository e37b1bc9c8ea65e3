package io.xsan.server.demo;

import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.client.XsanClient;
import io.xsan.protocol.v1.ClusterStatus;
import io.xsan.protocol.v1.CreateVolumeRequest;
import io.xsan.protocol.v1.Export;
import io.xsan.protocol.v1.ExportVolumeRequest;
import io.xsan.protocol.v1.GetClusterStatusRequest;
import io.xsan.protocol.v1.ListVolumesRequest;
import io.xsan.protocol.v1.MoveVolumeRequest;
import io.xsan.protocol.v1.Policy;
import io.xsan.protocol.v1.ReplaceNodeRequest;
import io.xsan.protocol.v1.Volume;
import io.xsan.protocol.v1.VolumeRef;
import io.xsan.server.cli.ClientFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** The calls of the control API that the demo makes. */
final class Control implements AutoCloseable {
    /** Name of the demo's volume. */
    static final String VOLUME = "demo";

    /** The demo's volume, for calls. */
    static final VolumeRef REFERENCE = VolumeRef.newBuilder().setName(VOLUME).build();

    private static final long TIMEOUT_MILLIS = 5_000;

    private final XsanClient client;

    Control(Path clientFile) throws IOException {
        this.client = new XsanClient(ClientFile.read(clientFile), TIMEOUT_MILLIS);
    }

    /** True when the metadata has a leader and all {@code nodes} are known and reachable. */
    boolean isFormed(int nodes) {
        try {
            ClusterStatus status =
                    client.call(
                            s -> s.getClusterStatus(GetClusterStatusRequest.getDefaultInstance()));
            return status.getLeaderNode() != 0
                    && status.getNodesList().stream().filter(n -> n.getReachable()).count()
                            == nodes;
        } catch (ApiException e) {
            // Nodes that are starting refuse; whoever waits asks again.
            return false;
        }
    }

    /** Number of the node that leads the metadata, 0 if nobody knows of one. */
    int leader() {
        try {
            return client.call(
                            s -> s.getClusterStatus(GetClusterStatusRequest.getDefaultInstance()))
                    .getLeaderNode();
        } catch (ApiException e) {
            return 0;
        }
    }

    Volume move(String volume, int owner) {
        MoveVolumeRequest request =
                MoveVolumeRequest.newBuilder()
                        .setVolume(VolumeRef.newBuilder().setName(volume))
                        .setOwner(owner)
                        .build();
        return client.call(s -> s.moveVolume(request));
    }

    /** The store that a node is known with is gone: it may come with another one. */
    void replace(int node) {
        ReplaceNodeRequest request = ReplaceNodeRequest.newBuilder().setNode(node).build();
        client.call(s -> s.replaceNode(request));
    }

    /** How many volumes a node owns. */
    long volumesOf(int owner) {
        return client
                .call(s -> s.listVolumes(ListVolumesRequest.getDefaultInstance()))
                .getVolumesList()
                .stream()
                .filter(volume -> volume.getOwner() == owner)
                .count();
    }

    Volume create(long sizeBytes, int replicas) {
        return create(VOLUME, sizeBytes, replicas, 0);
    }

    /** {@code owner} 0 leaves it to the cluster who owns the volume. */
    Volume create(String name, long sizeBytes, int replicas, int owner) {
        CreateVolumeRequest request =
                CreateVolumeRequest.newBuilder()
                        .setName(name)
                        .setSizeBytes(sizeBytes)
                        .setOwner(owner)
                        .setSectorBytes(4096)
                        .setPolicy(Policy.newBuilder().setReplicas(replicas))
                        .build();
        return client.call(s -> s.createVolume(request));
    }

    Export export() {
        ExportVolumeRequest request = ExportVolumeRequest.newBuilder().setVolume(REFERENCE).build();
        return client.call(s -> s.exportVolume(request));
    }

    /** The volume as the cluster knows it now; empty where no datanode answers at the moment. */
    Optional<Volume> volume() {
        try {
            return Optional.of(client.call(s -> s.getVolume(REFERENCE)));
        } catch (ApiException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
