package io.xsan.csi.controller;

import io.xsan.base.ErrorCode;
import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.v1.AttachRequest;
import io.xsan.protocol.v1.Attachment;
import io.xsan.protocol.v1.CapacityResponse;
import io.xsan.protocol.v1.CreateVolumeRequest;
import io.xsan.protocol.v1.DetachRequest;
import io.xsan.protocol.v1.GetCapacityRequest;
import io.xsan.protocol.v1.ListVolumesRequest;
import io.xsan.protocol.v1.Policy;
import io.xsan.protocol.v1.ResizeVolumeRequest;
import io.xsan.protocol.v1.SetVolumePolicyRequest;
import io.xsan.protocol.v1.Volume;
import io.xsan.protocol.v1.VolumeRef;
import io.xsan.protocol.v1.XsanGrpc.XsanBlockingStub;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The calls of {@code xsan.v1} that the controller makes. All of them are idempotent. */
public final class Cluster {
    /** Ids of volumes; 0 is none's. */
    private static final Pattern ID = Pattern.compile("(?!0{16})[0-9a-f]{16}");

    private final Calls calls;

    /** How calls reach a datanode: {@code XsanClient::call}. */
    public interface Calls {
        /** Makes one call. */
        <T> T call(Function<XsanBlockingStub, T> request);
    }

    /** A cluster behind {@code calls}. */
    public Cluster(Calls calls) {
        this.calls = calls;
    }

    Optional<Volume> byName(String name) {
        return find(VolumeRef.newBuilder().setName(name).build());
    }

    /** The volume with an id; none also where the text is no id at all. */
    Optional<Volume> byId(String id) {
        return ID.matcher(id).matches() ? find(ref(id)) : Optional.empty();
    }

    private Optional<Volume> find(VolumeRef ref) {
        try {
            return Optional.of(calls.call(stub -> stub.getVolume(ref)));
        } catch (ApiException e) {
            if (e.code() == ErrorCode.VOLUME_NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    List<Volume> all() {
        return calls.call(stub -> stub.listVolumes(ListVolumesRequest.getDefaultInstance()))
                .getVolumesList();
    }

    Volume create(CreateVolumeRequest request) {
        return calls.call(stub -> stub.createVolume(request));
    }

    void delete(String id) {
        calls.call(stub -> stub.deleteVolume(ref(id)));
    }

    Volume resize(String id, long sizeBytes) {
        return calls.call(stub ->
                stub.resizeVolume(
                        ResizeVolumeRequest.newBuilder()
                                .setVolume(ref(id))
                                .setSizeBytes(sizeBytes)
                                .build()));
    }

    void setPolicy(String id, Policy policy) {
        calls.call(stub ->
                stub.setVolumePolicy(
                        SetVolumePolicyRequest.newBuilder()
                                .setVolume(ref(id))
                                .setPolicy(policy)
                                .build()));
    }

    Attachment attach(String id, String host, boolean isReadOnly) {
        return calls.call(stub ->
                stub.attach(
                        AttachRequest.newBuilder()
                                .setVolume(ref(id))
                                .setHost(host)
                                .setReadOnly(isReadOnly)
                                .build()));
    }

    void detach(String id, long attachment) {
        calls.call(stub ->
                stub.detach(
                        DetachRequest.newBuilder()
                                .setVolume(ref(id))
                                .setAttachmentId(attachment)
                                .build()));
    }

    CapacityResponse capacity(int replicas) {
        return calls.call(stub ->
                stub.getCapacity(GetCapacityRequest.newBuilder().setReplicas(replicas).build()));
    }

    private static VolumeRef ref(String id) {
        return VolumeRef.newBuilder().setId(id).build();
    }
}
