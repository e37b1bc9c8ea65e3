package io.xsan.csi.node;

import io.grpc.Status;
import io.xsan.csi.node.Devices.Device;
import io.xsan.csi.rpc.Capabilities;
import io.xsan.csi.rpc.Failures;
import io.xsan.csi.v1.NodeStageVolumeRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Staging: the device of a volume, and its file system mounted once per host. */
final class Staging {
    private static final String ATTACHMENT = "attachment";

    private final Devices devices;
    private final FileSystems fileSystems;
    private final Mounts mounts;

    Staging(Devices devices, FileSystems fileSystems, Mounts mounts) {
        this.devices = devices;
        this.fileSystems = fileSystems;
        this.mounts = mounts;
    }

    void stage(NodeStageVolumeRequest request) throws IOException {
        boolean isReadOnly = Capabilities.isReadOnly(request.getVolumeCapability());
        Device device =
                devices.attach(
                        request.getVolumeId(),
                        attachment(request.getPublishContextMap()),
                        isReadOnly);
        if (request.getVolumeCapability().hasBlock()) {
            return;
        }
        Path staging = Path.of(request.getStagingTargetPath());
        if (isStaged(request, device, isReadOnly)) {
            return;
        }
        mounts.unmount(staging, () -> devices.abort(request.getVolumeId()));
        Files.createDirectories(staging);
        String type = Capabilities.fileSystem(request.getVolumeCapability());
        fileSystems.prepare(device, type, isReadOnly);
        mounts.mount(device.path(), staging, type, options(request, type, isReadOnly));
        if (type.equals("xfs") && !isReadOnly) {
            growXfs(staging);
        }
    }

    private static long attachment(Map<String, String> context) {
        String text = context.getOrDefault(ATTACHMENT, "");
        if (!text.matches("[0-9]{1,19}")) {
            throw Failures.invalid(
                    "publish_context: " + ATTACHMENT, text, "what ControllerPublishVolume gave");
        }
        return Long.parseLong(text);
    }

    /**
     * Whether all is as asked. What is mounted from a device that is gone, or has gone read-only by
     * an error, is not: it is unmounted, checked and mounted again.
     */
    private static boolean isStaged(
            NodeStageVolumeRequest request, Device device, boolean isReadOnly) throws IOException {
        Optional<Mount> mount = MountTable.now().at(Path.of(request.getStagingTargetPath()));
        if (mount.isEmpty() || !mount.get().source().equals(device.path().toString())) {
            return false;
        }
        String type = Capabilities.fileSystem(request.getVolumeCapability());
        if (!mount.get().type().equals(type)) {
            throw Failures.of(
                    Status.Code.ALREADY_EXISTS,
                    "the volume is staged there with " + mount.get().type());
        }
        return isReadOnly || !mount.get().isFileSystemReadOnly();
    }

    private static List<String> options(
            NodeStageVolumeRequest request, String type, boolean isReadOnly) {
        List<String> options =
                new ArrayList<>(request.getVolumeCapability().getMount().getMountFlagsList());
        if (isReadOnly) {
            options.add("ro");
            // A log that is not empty cannot be replayed on a device that takes no writes.
            options.add(type.equals("xfs") ? "norecovery" : "noload");
        }
        if (type.equals("xfs")) {
            // Copies of a volume have its UUID.
            options.add("nouuid");
        }
        return options;
    }

    private void growXfs(Path staging) throws IOException {
        Optional<Mount> mount = MountTable.now().at(staging);
        if (mount.isPresent()) {
            fileSystems.growMounted(mount.get());
        }
    }

    void unstage(String volumeId, Path staging) throws IOException {
        mounts.unmount(staging, () -> devices.abort(volumeId));
        Optional<Device> device = devices.find(volumeId);
        if (device.isEmpty()) {
            return;
        }
        List<Path> published = Mounts.publications(MountTable.now(), device.get().path(), staging);
        if (!published.isEmpty()) {
            throw Failures.of(
                    Status.Code.FAILED_PRECONDITION,
                    "volume " + volumeId + " is still mounted at " + published.getFirst());
        }
        devices.detach(volumeId);
    }
}
