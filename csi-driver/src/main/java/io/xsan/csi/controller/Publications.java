package io.xsan.csi.controller;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.xsan.csi.rpc.Capabilities;
import io.xsan.csi.rpc.Failures;
import io.xsan.csi.v1.ControllerPublishVolumeRequest;
import io.xsan.protocol.v1.Attachment;
import io.xsan.protocol.v1.Volume;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Publishing as attachments. A volume has one host, or many that all only read. The metadata keeps
 * attachments in the order in which it took them, so that of two made at the same time the later
 * one sees the earlier, and goes.
 */
final class Publications {
    /** Key of the publish context: the number of the attachment. */
    static final String ATTACHMENT = "attachment";

    private final Cluster cluster;
    private final Volumes volumes;

    Publications(Cluster cluster, Volumes volumes) {
        this.cluster = cluster;
        this.volumes = volumes;
    }

    /** Attaches, or finds attached, and answers the publish context. */
    Map<String, String> publish(ControllerPublishVolumeRequest request) {
        Volume volume = volumes.existing(request.getVolumeId());
        boolean isReadOnly =
                request.getReadonly() || Capabilities.isReadOnly(request.getVolumeCapability());
        boolean isShared = isReadOnly && Capabilities.isForManyNodes(request.getVolumeCapability());
        Optional<Attachment> mine = of(volume, request.getNodeId());
        if (mine.isEmpty()) {
            refuseOthers(volume.getAttachmentsList(), volume, request.getNodeId(), isShared);
            long made = cluster.attach(volume.getId(), request.getNodeId(), isReadOnly).getId();
            keepOrGo(made, request, isShared);
            return context(made);
        }
        if (mine.get().getReadOnly() != isReadOnly) {
            throw Failures.of(
                    Status.Code.ALREADY_EXISTS,
                    "volume "
                            + volume.getName()
                            + " is published to "
                            + request.getNodeId()
                            + (isReadOnly ? " for writing" : " for reading only"));
        }
        keepOrGo(mine.get().getId(), request, isShared);
        return context(mine.get().getId());
    }

    /** Takes an attachment back if an earlier one excludes it. */
    private void keepOrGo(long id, ControllerPublishVolumeRequest request, boolean isShared) {
        Volume volume = volumes.existing(request.getVolumeId());
        List<Attachment> earlier =
                volume.getAttachmentsList().stream().takeWhile(a -> a.getId() != id).toList();
        try {
            refuseOthers(earlier, volume, request.getNodeId(), isShared);
        } catch (StatusRuntimeException e) {
            cluster.detach(volume.getId(), id);
            throw e;
        }
    }

    private static void refuseOthers(
            List<Attachment> attachments, Volume volume, String host, boolean isShared) {
        for (Attachment other : attachments) {
            boolean isOthers = other.getManual() || !other.getHost().equals(host);
            if (isOthers && !(isShared && other.getReadOnly() && !other.getManual())) {
                throw Failures.of(
                        Status.Code.FAILED_PRECONDITION,
                        "volume "
                                + volume.getName()
                                + (other.getManual()
                                        ? " is exported by command; unexport it first"
                                        : " is published to node " + other.getHost()));
            }
        }
    }

    /** Detaches from a host, or from all where it is empty. What is not there is detached. */
    void unpublish(String id, String host) {
        Optional<Volume> volume = cluster.byId(id);
        if (volume.isEmpty()) {
            return;
        }
        for (Attachment attachment : volume.get().getAttachmentsList()) {
            boolean isMeant = host.isEmpty() || attachment.getHost().equals(host);
            if (isMeant && !attachment.getManual()) {
                cluster.detach(id, attachment.getId());
            }
        }
    }

    private static Optional<Attachment> of(Volume volume, String host) {
        return volume.getAttachmentsList().stream()
                .filter(a -> !a.getManual() && a.getHost().equals(host))
                .findFirst();
    }

    private static Map<String, String> context(long attachment) {
        return Map.of(ATTACHMENT, Long.toString(attachment));
    }
}
