package io.xsan.operator.storage;

import io.xsan.protocol.client.XsanClient;
import io.xsan.protocol.v1.ClusterStatus;
import io.xsan.protocol.v1.CreateVolumeRequest;
import io.xsan.protocol.v1.DrainNodeRequest;
import io.xsan.protocol.v1.GetClusterStatusRequest;
import io.xsan.protocol.v1.NodeContents;
import io.xsan.protocol.v1.NodeRef;
import io.xsan.protocol.v1.Policy;
import io.xsan.protocol.v1.ResizeVolumeRequest;
import io.xsan.protocol.v1.SetVolumePolicyRequest;
import io.xsan.protocol.v1.Volume;
import io.xsan.protocol.v1.VolumeRef;

/** A cluster that is called by gRPC. */
record RemoteStorage(XsanClient client) implements Storage {
    @Override
    public ClusterStatus status() {
        return client.call(
                stub -> stub.getClusterStatus(GetClusterStatusRequest.getDefaultInstance()));
    }

    @Override
    public NodeContents drain(int node, boolean isCancel) {
        DrainNodeRequest request =
                DrainNodeRequest.newBuilder().setNode(node).setCancel(isCancel).build();
        return client.call(stub -> stub.drainNode(request));
    }

    @Override
    public void removeNode(int node) {
        client.call(stub -> stub.removeNode(NodeRef.newBuilder().setNode(node).build()));
    }

    @Override
    public Volume create(CreateVolumeRequest request) {
        return client.call(stub -> stub.createVolume(request));
    }

    @Override
    public void resize(String volumeId, long sizeBytes) {
        ResizeVolumeRequest request =
                ResizeVolumeRequest.newBuilder()
                        .setVolume(ref(volumeId))
                        .setSizeBytes(sizeBytes)
                        .build();
        client.call(stub -> stub.resizeVolume(request));
    }

    @Override
    public void setPolicy(String volumeId, Policy policy) {
        SetVolumePolicyRequest request =
                SetVolumePolicyRequest.newBuilder()
                        .setVolume(ref(volumeId))
                        .setPolicy(policy)
                        .build();
        client.call(stub -> stub.setVolumePolicy(request));
    }

    @Override
    public void delete(String volumeId) {
        client.call(stub -> stub.deleteVolume(ref(volumeId)));
    }

    private static VolumeRef ref(String id) {
        return VolumeRef.newBuilder().setId(id).build();
    }
}
