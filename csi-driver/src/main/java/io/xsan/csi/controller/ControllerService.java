package io.xsan.csi.controller;

import com.google.protobuf.Int64Value;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.xsan.csi.rpc.Calls;
import io.xsan.csi.rpc.Capabilities;
import io.xsan.csi.rpc.Failures;
import io.xsan.csi.v1.ControllerExpandVolumeRequest;
import io.xsan.csi.v1.ControllerExpandVolumeResponse;
import io.xsan.csi.v1.ControllerGetCapabilitiesRequest;
import io.xsan.csi.v1.ControllerGetCapabilitiesResponse;
import io.xsan.csi.v1.ControllerGetVolumeRequest;
import io.xsan.csi.v1.ControllerGetVolumeResponse;
import io.xsan.csi.v1.ControllerGrpc;
import io.xsan.csi.v1.ControllerModifyVolumeRequest;
import io.xsan.csi.v1.ControllerModifyVolumeResponse;
import io.xsan.csi.v1.ControllerPublishVolumeRequest;
import io.xsan.csi.v1.ControllerPublishVolumeResponse;
import io.xsan.csi.v1.ControllerServiceCapability;
import io.xsan.csi.v1.ControllerServiceCapability.RPC;
import io.xsan.csi.v1.ControllerUnpublishVolumeRequest;
import io.xsan.csi.v1.ControllerUnpublishVolumeResponse;
import io.xsan.csi.v1.CreateVolumeRequest;
import io.xsan.csi.v1.CreateVolumeResponse;
import io.xsan.csi.v1.DeleteVolumeRequest;
import io.xsan.csi.v1.DeleteVolumeResponse;
import io.xsan.csi.v1.GetCapacityRequest;
import io.xsan.csi.v1.GetCapacityResponse;
import io.xsan.csi.v1.ListVolumesRequest;
import io.xsan.csi.v1.ListVolumesResponse;
import io.xsan.csi.v1.ValidateVolumeCapabilitiesRequest;
import io.xsan.csi.v1.ValidateVolumeCapabilitiesResponse;
import io.xsan.csi.v1.VolumeCapability;
import io.xsan.protocol.v1.Policy;
import io.xsan.protocol.v1.Volume;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The controller service. Each handler checks what it was given, then runs alone among those of its
 * volume, looks at what is, does what is missing and answers. Not advertised: published nodes in
 * lists, by which an attacher would undo attachments that it does not know.
 */
public final class ControllerService extends ControllerGrpc.ControllerImplBase {
    private static final List<RPC.Type> CAPABILITIES =
            List.of(
                    RPC.Type.CREATE_DELETE_VOLUME,
                    RPC.Type.PUBLISH_UNPUBLISH_VOLUME,
                    RPC.Type.PUBLISH_READONLY,
                    RPC.Type.LIST_VOLUMES,
                    RPC.Type.GET_CAPACITY,
                    RPC.Type.EXPAND_VOLUME,
                    RPC.Type.GET_VOLUME,
                    RPC.Type.VOLUME_CONDITION,
                    RPC.Type.SINGLE_NODE_MULTI_WRITER,
                    RPC.Type.MODIFY_VOLUME);

    private final Calls calls = new Calls();
    private final Cluster cluster;
    private final Hosts hosts;
    private final Volumes volumes;
    private final Publications publications;

    /** A controller of {@code cluster}, whose volumes may be published to {@code hosts}. */
    public ControllerService(Cluster cluster, Hosts hosts) {
        this.cluster = cluster;
        this.hosts = hosts;
        volumes = new Volumes(cluster);
        publications = new Publications(cluster, volumes);
    }

    @Override
    public void controllerGetCapabilities(
            ControllerGetCapabilitiesRequest request,
            StreamObserver<ControllerGetCapabilitiesResponse> observer) {
        ControllerGetCapabilitiesResponse.Builder all =
                ControllerGetCapabilitiesResponse.newBuilder();
        for (RPC.Type type : CAPABILITIES) {
            all.addCapabilities(
                    ControllerServiceCapability.newBuilder()
                            .setRpc(RPC.newBuilder().setType(type)));
        }
        observer.onNext(all.build());
        observer.onCompleted();
    }

    @Override
    public void createVolume(
            CreateVolumeRequest request, StreamObserver<CreateVolumeResponse> observer) {
        calls.change(
                request.getName(),
                observer,
                () -> {
                    Volumes.check("name", request.getName());
                    Capabilities.check(request.getVolumeCapabilitiesList());
                    if (request.hasVolumeContentSource()) {
                        throw Failures.invalid(
                                "volume_content_source", "set", "none: volumes start empty");
                    }
                    return CreateVolumeResponse.newBuilder()
                            .setVolume(VolumeList.shown(volumes.create(request)))
                            .build();
                });
    }

    @Override
    public void deleteVolume(
            DeleteVolumeRequest request, StreamObserver<DeleteVolumeResponse> observer) {
        calls.change(
                request.getVolumeId(),
                observer,
                () -> {
                    checkId(request.getVolumeId());
                    volumes.delete(request.getVolumeId());
                    return DeleteVolumeResponse.getDefaultInstance();
                });
    }

    @Override
    public void controllerPublishVolume(
            ControllerPublishVolumeRequest request,
            StreamObserver<ControllerPublishVolumeResponse> observer) {
        calls.change(
                request.getVolumeId(),
                observer,
                () -> {
                    checkId(request.getVolumeId());
                    if (request.getNodeId().isEmpty()) {
                        throw Failures.missing("node_id");
                    }
                    Capabilities.check(request.getVolumeCapability());
                    volumes.existing(request.getVolumeId());
                    if (!hosts.exists(request.getNodeId())) {
                        throw Failures.of(
                                Status.Code.NOT_FOUND, "there is no node " + request.getNodeId());
                    }
                    Map<String, String> context = publications.publish(request);
                    return ControllerPublishVolumeResponse.newBuilder()
                            .putAllPublishContext(context)
                            .build();
                });
    }

    @Override
    public void controllerUnpublishVolume(
            ControllerUnpublishVolumeRequest request,
            StreamObserver<ControllerUnpublishVolumeResponse> observer) {
        calls.change(
                request.getVolumeId(),
                observer,
                () -> {
                    checkId(request.getVolumeId());
                    publications.unpublish(request.getVolumeId(), request.getNodeId());
                    return ControllerUnpublishVolumeResponse.getDefaultInstance();
                });
    }

    @Override
    public void validateVolumeCapabilities(
            ValidateVolumeCapabilitiesRequest request,
            StreamObserver<ValidateVolumeCapabilitiesResponse> observer) {
        calls.read(observer, () -> validate(request));
    }

    private ValidateVolumeCapabilitiesResponse validate(ValidateVolumeCapabilitiesRequest request) {
        checkId(request.getVolumeId());
        if (request.getVolumeCapabilitiesCount() == 0) {
            throw Failures.missing("volume_capabilities");
        }
        volumes.existing(request.getVolumeId());
        for (VolumeCapability capability : request.getVolumeCapabilitiesList()) {
            Optional<String> refused = Capabilities.whyNot(capability);
            if (refused.isPresent()) {
                return ValidateVolumeCapabilitiesResponse.newBuilder()
                        .setMessage(refused.get())
                        .build();
            }
        }
        Parameters.ofNew(request.getParametersMap(), request.getChangeableParametersMap());
        return ValidateVolumeCapabilitiesResponse.newBuilder()
                .setConfirmed(
                        ValidateVolumeCapabilitiesResponse.Confirmed.newBuilder()
                                .putAllVolumeContext(request.getVolumeContextMap())
                                .addAllVolumeCapabilities(request.getVolumeCapabilitiesList())
                                .putAllParameters(request.getParametersMap())
                                .putAllChangeableParameters(request.getChangeableParametersMap()))
                .build();
    }

    @Override
    public void listVolumes(
            ListVolumesRequest request, StreamObserver<ListVolumesResponse> observer) {
        calls.read(observer, () -> VolumeList.page(cluster.all(), request));
    }

    @Override
    public void getCapacity(
            GetCapacityRequest request, StreamObserver<GetCapacityResponse> observer) {
        calls.read(observer, () -> capacity(request));
    }

    private GetCapacityResponse capacity(GetCapacityRequest request) {
        Parameters parameters = Parameters.ofNew(request.getParametersMap(), Map.of());
        boolean isServed =
                request.getVolumeCapabilitiesList().stream()
                        .allMatch(capability -> Capabilities.whyNot(capability).isEmpty());
        long freeBytes =
                isServed ? cluster.capacity(parameters.policy().getReplicas()).getFreeBytes() : 0;
        return GetCapacityResponse.newBuilder()
                .setAvailableCapacity(freeBytes)
                .setMaximumVolumeSize(Int64Value.of(Math.min(freeBytes, VolumeSizes.MOST_BYTES)))
                .setMinimumVolumeSize(Int64Value.of(VolumeSizes.PAGE_BYTES))
                .build();
    }

    @Override
    public void controllerExpandVolume(
            ControllerExpandVolumeRequest request,
            StreamObserver<ControllerExpandVolumeResponse> observer) {
        calls.change(
                request.getVolumeId(),
                observer,
                () -> {
                    checkId(request.getVolumeId());
                    if (!request.hasCapacityRange()) {
                        throw Failures.missing("capacity_range");
                    }
                    long bytes = volumes.expand(request.getVolumeId(), request.getCapacityRange());
                    return ControllerExpandVolumeResponse.newBuilder()
                            .setCapacityBytes(bytes)
                            // Also where it has no file system: the node's device has to grow.
                            .setNodeExpansionRequired(true)
                            .build();
                });
    }

    @Override
    public void controllerGetVolume(
            ControllerGetVolumeRequest request,
            StreamObserver<ControllerGetVolumeResponse> observer) {
        calls.read(
                observer,
                () -> {
                    checkId(request.getVolumeId());
                    Volume volume = volumes.existing(request.getVolumeId());
                    return ControllerGetVolumeResponse.newBuilder()
                            .setVolume(VolumeList.shown(volume))
                            .setStatus(
                                    ControllerGetVolumeResponse.VolumeStatus.newBuilder()
                                            .setVolumeCondition(Conditions.of(volume)))
                            .build();
                });
    }

    @Override
    public void controllerModifyVolume(
            ControllerModifyVolumeRequest request,
            StreamObserver<ControllerModifyVolumeResponse> observer) {
        calls.change(
                request.getVolumeId(),
                observer,
                () -> {
                    checkId(request.getVolumeId());
                    volumes.existing(request.getVolumeId());
                    Policy asked = Parameters.ofChange(request.getChangeableParametersMap());
                    if (!asked.equals(Policy.getDefaultInstance())) {
                        cluster.setPolicy(request.getVolumeId(), asked);
                    }
                    return ControllerModifyVolumeResponse.getDefaultInstance();
                });
    }

    private static void checkId(String id) {
        Volumes.check("volume_id", id);
    }
}
