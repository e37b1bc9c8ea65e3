package io.xsan.csi.node;

import io.grpc.Status;
import io.xsan.csi.node.Devices.Device;
import io.xsan.csi.rpc.Capabilities;
import io.xsan.csi.rpc.Failures;
import io.xsan.csi.v1.NodePublishVolumeRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Publishing: a staged volume at the place that a pod sees. */
final class Publishing {
    private final Devices devices;
    private final Mounts mounts;

    Publishing(Devices devices, Mounts mounts) {
        this.devices = devices;
        this.mounts = mounts;
    }

    void publish(NodePublishVolumeRequest request) throws IOException {
        Path target = Path.of(request.getTargetPath());
        Path staging = Path.of(request.getStagingTargetPath());
        Device device = staged(request, staging);
        MountTable table = MountTable.now();
        boolean isReadOnly =
                request.getReadonly() || Capabilities.isReadOnly(request.getVolumeCapability());
        Optional<Mount> mount = table.at(target);
        if (mount.isPresent() && isOf(mount.get(), device)) {
            finish(mount.get(), isReadOnly, request);
            return;
        }
        refuseOtherTargets(request, Mounts.publications(table, device.path(), staging), target);
        // What is mounted there is of a device that is gone.
        mounts.unmount(target, () -> devices.abort(request.getVolumeId()));
        if (request.getVolumeCapability().hasBlock()) {
            createFile(target);
            mounts.bind(device.path(), target, false);
        } else {
            Files.createDirectories(target);
            mounts.bind(staging, target, isReadOnly);
        }
    }

    private Device staged(NodePublishVolumeRequest request, Path staging) throws IOException {
        Optional<Device> device = devices.find(request.getVolumeId());
        boolean isStaged =
                device.isPresent()
                        && (request.getVolumeCapability().hasBlock()
                                || MountTable.now()
                                        .at(staging)
                                        .filter(m -> isOf(m, device.get()))
                                        .isPresent());
        if (!isStaged) {
            throw Failures.of(
                    Status.Code.FAILED_PRECONDITION,
                    "volume " + request.getVolumeId() + " is not staged at " + staging);
        }
        return device.get();
    }

    private static boolean isOf(Mount mount, Device device) {
        Path target = Path.of(mount.target());
        try {
            return mount.source().equals(device.path().toString())
                    || Mounts.isSameDevice(target, device.path());
        } catch (IOException e) {
            // It cannot even be looked at: a mount of a device that is gone.
            return false;
        }
    }

    /** A second call for the same target; an earlier one may have ended between its two steps. */
    private void finish(Mount mount, boolean isReadOnly, NodePublishVolumeRequest request)
            throws IOException {
        if (request.getVolumeCapability().hasBlock() || mount.isReadOnly() == isReadOnly) {
            return;
        }
        if (!isReadOnly) {
            throw Failures.of(
                    Status.Code.ALREADY_EXISTS,
                    "the volume is published for reading only at " + mount.target());
        }
        mounts.makeReadOnly(Path.of(mount.target()));
    }

    private static void refuseOtherTargets(
            NodePublishVolumeRequest request, List<Path> published, Path target) {
        for (Path other : published) {
            if (!other.equals(target)
                    && !Capabilities.isForManyTargets(request.getVolumeCapability())) {
                throw Failures.of(
                        Status.Code.FAILED_PRECONDITION,
                        "the volume is published at " + other + ", and is for one place only");
            }
        }
    }

    private static void createFile(Path target) throws IOException {
        if (target.getParent() != null) {
            Files.createDirectories(target.getParent());
        }
        if (!Files.exists(target)) {
            Files.createFile(target);
        }
    }

    void unpublish(String volumeId, Path target) throws IOException {
        mounts.unmount(target, () -> devices.abort(volumeId));
        // Only what is empty: a directory with files in it was never ours.
        if (!Files.isRegularFile(target) || Files.size(target) == 0) {
            Files.deleteIfExists(target);
        }
    }
}
