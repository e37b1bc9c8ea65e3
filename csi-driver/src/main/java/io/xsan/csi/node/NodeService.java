package io.xsan.csi.node;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.xsan.csi.node.Devices.Device;
import io.xsan.csi.rpc.Calls;
import io.xsan.csi.rpc.Capabilities;
import io.xsan.csi.rpc.Failures;
import io.xsan.csi.v1.NodeExpandVolumeRequest;
import io.xsan.csi.v1.NodeExpandVolumeResponse;
import io.xsan.csi.v1.NodeGetCapabilitiesRequest;
import io.xsan.csi.v1.NodeGetCapabilitiesResponse;
import io.xsan.csi.v1.NodeGetInfoRequest;
import io.xsan.csi.v1.NodeGetInfoResponse;
import io.xsan.csi.v1.NodeGetVolumeStatsRequest;
import io.xsan.csi.v1.NodeGetVolumeStatsResponse;
import io.xsan.csi.v1.NodeGrpc;
import io.xsan.csi.v1.NodePublishVolumeRequest;
import io.xsan.csi.v1.NodePublishVolumeResponse;
import io.xsan.csi.v1.NodeServiceCapability;
import io.xsan.csi.v1.NodeServiceCapability.RPC;
import io.xsan.csi.v1.NodeStageVolumeRequest;
import io.xsan.csi.v1.NodeStageVolumeResponse;
import io.xsan.csi.v1.NodeUnpublishVolumeRequest;
import io.xsan.csi.v1.NodeUnpublishVolumeResponse;
import io.xsan.csi.v1.NodeUnstageVolumeRequest;
import io.xsan.csi.v1.NodeUnstageVolumeResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The node service. Each handler checks what it was given, then runs alone among those of its
 * volume, looks at what is, and does what is missing.
 */
public final class NodeService extends NodeGrpc.NodeImplBase {
    private static final List<RPC.Type> CAPABILITIES =
            List.of(
                    RPC.Type.STAGE_UNSTAGE_VOLUME,
                    RPC.Type.GET_VOLUME_STATS,
                    RPC.Type.EXPAND_VOLUME,
                    RPC.Type.VOLUME_CONDITION,
                    RPC.Type.SINGLE_NODE_MULTI_WRITER);

    private final Calls calls = new Calls();
    private final String nodeId;
    private final Devices devices;
    private final FileSystems fileSystems;
    private final Staging staging;
    private final Publishing publishing;
    private final Usage usage;

    /** The service of host {@code nodeId} with its devices. */
    public NodeService(String nodeId, Devices devices) {
        this(nodeId, devices, new Processes());
    }

    NodeService(String nodeId, Devices devices, Commands commands) {
        this.nodeId = nodeId;
        this.devices = devices;
        Mounts mounts = new Mounts(commands);
        fileSystems = new FileSystems(commands);
        staging = new Staging(devices, fileSystems, mounts);
        publishing = new Publishing(devices, mounts);
        usage = new Usage(devices, commands);
    }

    @Override
    public void nodeGetCapabilities(
            NodeGetCapabilitiesRequest request,
            StreamObserver<NodeGetCapabilitiesResponse> observer) {
        NodeGetCapabilitiesResponse.Builder all = NodeGetCapabilitiesResponse.newBuilder();
        for (RPC.Type type : CAPABILITIES) {
            all.addCapabilities(
                    NodeServiceCapability.newBuilder().setRpc(RPC.newBuilder().setType(type)));
        }
        observer.onNext(all.build());
        observer.onCompleted();
    }

    @Override
    public void nodeGetInfo(
            NodeGetInfoRequest request, StreamObserver<NodeGetInfoResponse> observer) {
        calls.read(
                observer,
                () ->
                        NodeGetInfoResponse.newBuilder()
                                .setNodeId(nodeId)
                                .setMaxVolumesPerNode(devices.most())
                                .build());
    }

    @Override
    public void nodeStageVolume(
            NodeStageVolumeRequest request, StreamObserver<NodeStageVolumeResponse> observer) {
        calls.change(
                request.getVolumeId(),
                observer,
                () -> {
                    given("volume_id", request.getVolumeId());
                    given("staging_target_path", request.getStagingTargetPath());
                    Capabilities.check(request.getVolumeCapability());
                    staging.stage(request);
                    return NodeStageVolumeResponse.getDefaultInstance();
                });
    }

    @Override
    public void nodeUnstageVolume(
            NodeUnstageVolumeRequest request, StreamObserver<NodeUnstageVolumeResponse> observer) {
        calls.change(
                request.getVolumeId(),
                observer,
                () -> {
                    given("volume_id", request.getVolumeId());
                    given("staging_target_path", request.getStagingTargetPath());
                    staging.unstage(request.getVolumeId(), Path.of(request.getStagingTargetPath()));
                    return NodeUnstageVolumeResponse.getDefaultInstance();
                });
    }

    @Override
    public void nodePublishVolume(
            NodePublishVolumeRequest request, StreamObserver<NodePublishVolumeResponse> observer) {
        calls.change(
                request.getVolumeId(),
                observer,
                () -> {
                    given("volume_id", request.getVolumeId());
                    given("target_path", request.getTargetPath());
                    Capabilities.check(request.getVolumeCapability());
                    given("staging_target_path", request.getStagingTargetPath());
                    publishing.publish(request);
                    return NodePublishVolumeResponse.getDefaultInstance();
                });
    }

    @Override
    public void nodeUnpublishVolume(
            NodeUnpublishVolumeRequest request,
            StreamObserver<NodeUnpublishVolumeResponse> observer) {
        calls.change(
                request.getVolumeId(),
                observer,
                () -> {
                    given("volume_id", request.getVolumeId());
                    given("target_path", request.getTargetPath());
                    publishing.unpublish(request.getVolumeId(), Path.of(request.getTargetPath()));
                    return NodeUnpublishVolumeResponse.getDefaultInstance();
                });
    }

    @Override
    public void nodeGetVolumeStats(
            NodeGetVolumeStatsRequest request,
            StreamObserver<NodeGetVolumeStatsResponse> observer) {
        calls.read(
                observer,
                () -> {
                    given("volume_id", request.getVolumeId());
                    given("volume_path", request.getVolumePath());
                    return usage.of(request);
                });
    }

    @Override
    public void nodeExpandVolume(
            NodeExpandVolumeRequest request, StreamObserver<NodeExpandVolumeResponse> observer) {
        calls.change(
                request.getVolumeId(),
                observer,
                () -> {
                    given("volume_id", request.getVolumeId());
                    given("volume_path", request.getVolumePath());
                    return expand(request);
                });
    }

    private NodeExpandVolumeResponse expand(NodeExpandVolumeRequest request) throws IOException {
        if (devices.find(request.getVolumeId()).isEmpty()) {
            throw Failures.of(
                    Status.Code.NOT_FOUND,
                    "volume " + request.getVolumeId() + " is not staged on this node");
        }
        long required = request.getCapacityRange().getRequiredBytes();
        Device device = devices.refresh(request.getVolumeId(), required);
        if (device.sizeBytes() < required) {
            throw Failures.of(
                    Status.Code.UNAVAILABLE,
                    "the device has " + device.sizeBytes() + " bytes yet, not " + required);
        }
        Optional<Mount> mount = MountTable.now().at(Path.of(request.getVolumePath()));
        if (mount.isPresent() && mount.get().source().equals(device.path().toString())) {
            fileSystems.growMounted(mount.get());
        }
        return NodeExpandVolumeResponse.newBuilder().setCapacityBytes(device.sizeBytes()).build();
    }

    private static void given(String field, String value) {
        if (value.isEmpty()) {
            throw Failures.missing(field);
        }
    }
}
