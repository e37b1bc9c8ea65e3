package io.xsan.csi.node;

import io.grpc.Status;
import io.xsan.csi.node.Devices.Device;
import io.xsan.csi.rpc.Failures;
import io.xsan.csi.v1.NodeGetVolumeStatsRequest;
import io.xsan.csi.v1.NodeGetVolumeStatsResponse;
import io.xsan.csi.v1.VolumeCondition;
import io.xsan.csi.v1.VolumeUsage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** How full a volume is, and whether its mount is whole. */
final class Usage {
    private static final long STAT_MILLIS = 10_000;

    private final Devices devices;
    private final Commands commands;

    Usage(Devices devices, Commands commands) {
        this.devices = devices;
        this.commands = commands;
    }

    NodeGetVolumeStatsResponse of(NodeGetVolumeStatsRequest request) throws IOException {
        Path path = Path.of(request.getVolumePath());
        Optional<Device> device = devices.find(request.getVolumeId());
        Optional<Mount> mount = MountTable.now().at(path);
        if (device.isEmpty() || mount.isEmpty()) {
            throw Failures.of(
                    Status.Code.NOT_FOUND,
                    "volume " + request.getVolumeId() + " is not mounted at " + path);
        }
        if (mount.get().source().equals(device.get().path().toString())) {
            return ofFileSystem(mount.get());
        }
        return NodeGetVolumeStatsResponse.newBuilder()
                .addUsage(
                        VolumeUsage.newBuilder()
                                .setUnit(VolumeUsage.Unit.BYTES)
                                .setTotal(device.get().sizeBytes()))
                .setVolumeCondition(condition(false, "the device is there"))
                .build();
    }

    private NodeGetVolumeStatsResponse ofFileSystem(Mount mount) throws IOException {
        // A program, since a device that does not answer must not hold up this process.
        String[] numbers =
                commands.check(STAT_MILLIS, "stat", "-f", "-c", "%S %b %f %a %c %d", mount.target())
                        .strip()
                        .split(" ");
        long unit = Long.parseLong(numbers[0]);
        long blocks = Long.parseLong(numbers[1]);
        long free = Long.parseLong(numbers[2]);
        long inodes = Long.parseLong(numbers[4]);
        long freeInodes = Long.parseLong(numbers[5]);
        boolean isBroken = mount.isFileSystemReadOnly() && !mount.isReadOnly();
        return NodeGetVolumeStatsResponse.newBuilder()
                .addUsage(
                        VolumeUsage.newBuilder()
                                .setUnit(VolumeUsage.Unit.BYTES)
                                .setTotal(blocks * unit)
                                .setUsed((blocks - free) * unit)
                                .setAvailable(Long.parseLong(numbers[3]) * unit))
                .addUsage(
                        VolumeUsage.newBuilder()
                                .setUnit(VolumeUsage.Unit.INODES)
                                .setTotal(inodes)
                                .setUsed(inodes - freeInodes)
                                .setAvailable(freeInodes))
                .setVolumeCondition(
                        isBroken
                                ? condition(true, "the file system has gone read-only by an error")
                                : condition(false, "mounted"))
                .build();
    }

    private static VolumeCondition condition(boolean isAbnormal, String message) {
        return VolumeCondition.newBuilder().setAbnormal(isAbnormal).setMessage(message).build();
    }
}
