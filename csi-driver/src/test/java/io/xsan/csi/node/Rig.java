package io.xsan.csi.node;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.xsan.csi.Answer;
import io.xsan.csi.KillPoint;
import io.xsan.csi.v1.CapacityRange;
import io.xsan.csi.v1.NodeExpandVolumeRequest;
import io.xsan.csi.v1.NodeExpandVolumeResponse;
import io.xsan.csi.v1.NodeGetVolumeStatsRequest;
import io.xsan.csi.v1.NodeGetVolumeStatsResponse;
import io.xsan.csi.v1.NodePublishVolumeRequest;
import io.xsan.csi.v1.NodePublishVolumeResponse;
import io.xsan.csi.v1.NodeStageVolumeRequest;
import io.xsan.csi.v1.NodeStageVolumeResponse;
import io.xsan.csi.v1.NodeUnpublishVolumeRequest;
import io.xsan.csi.v1.NodeUnpublishVolumeResponse;
import io.xsan.csi.v1.NodeUnstageVolumeRequest;
import io.xsan.csi.v1.NodeUnstageVolumeResponse;
import io.xsan.csi.v1.VolumeCapability;
import io.xsan.csi.v1.VolumeCapability.AccessMode.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The node service over real loop devices in a directory, for tests. Needs root. */
final class Rig implements AutoCloseable {
    private final Path directory;
    private final Map<String, Long> sizes = new TreeMap<>();
    final LoopDevices devices;

    private Rig(Path directory) {
        this.directory = directory;
        devices = new LoopDevices(directory, id -> sizes.getOrDefault(id, 64L << 20));
    }

    static Rig none() {
        return new Rig(Path.of("none"));
    }

    static Rig in(Path directory) {
        boolean isRoot = "root".equals(System.getProperty("user.name"));
        assumeTrue(
                isRoot && Files.exists(Path.of("/dev/loop-control")),
                "needs root and loop devices");
        return new Rig(directory);
    }

    void size(String id, long bytes) {
        sizes.put(id, bytes);
    }

    Volume volume(String id) {
        return volume(id, KillPoint.never());
    }

    Volume volume(String id, KillPoint kill) {
        Processes processes = new Processes();
        Commands commands = (millis, command) -> kill.step(() -> processes.run(millis, command));
        return new Volume(id, new NodeService("here", new Killable(devices, kill), commands));
    }

    Path path(String id, String name) {
        return directory.resolve(id + "-" + name);
    }

    /** Whether nothing of a volume is mounted or attached. */
    boolean isGone(String id) throws IOException {
        boolean isMounted =
                MountTable.now().mounts().stream()
                        .anyMatch(m -> m.target().startsWith(directory + "/" + id + "-"));
        return !isMounted && devices.find(id).isEmpty();
    }

    @Override
    public void close() throws IOException {
        Processes processes = new Processes();
        for (Mount mount : MountTable.now().mounts().reversed()) {
            if (mount.target().startsWith(directory + "/")) {
                processes.run(10_000, List.of("umount", "-l", mount.target()));
            }
        }
        if (Files.isDirectory(directory)) {
            try (var files = Files.list(directory)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    devices.detach(String.valueOf(file.getFileName()));
                }
            }
        }
    }

    /** Changes of devices are steps as well. */
    private record Killable(Devices devices, KillPoint kill) implements Devices {
        @Override
        public Device attach(String id, long attachment, boolean isReadOnly) throws IOException {
            return kill.step(() -> devices.attach(id, attachment, isReadOnly));
        }

        @Override
        public Optional<Device> find(String id) throws IOException {
            return devices.find(id);
        }

        @Override
        public Device refresh(String id, long leastBytes) throws IOException {
            return kill.step(() -> devices.refresh(id, leastBytes));
        }

        @Override
        public void abort(String id) throws IOException {
            devices.abort(id);
        }

        @Override
        public void detach(String id) throws IOException {
            kill.step(() -> {
                devices.detach(id);
                return true;
            });
        }

        @Override
        public int most() {
            return devices.most();
        }
    }

    /** The calls for one volume. */
    final class Volume {
        private final String id;
        private final NodeService service;

        private Volume(String id, NodeService service) {
            this.id = id;
            this.service = service;
        }

        Path staging() {
            return path(id, "staging");
        }

        Path target(String name) {
            return path(id, name);
        }

        Answer<NodeStageVolumeResponse> stage(String type) {
            return stage(type, Mode.SINGLE_NODE_WRITER);
        }

        Answer<NodeStageVolumeResponse> stage(String type, Mode mode) {
            return Answer.of(
                    service::nodeStageVolume,
                    NodeStageVolumeRequest.newBuilder()
                            .setVolumeId(id)
                            .putPublishContext("attachment", "1")
                            .setStagingTargetPath(staging().toString())
                            .setVolumeCapability(capability(type, mode))
                            .build());
        }

        Answer<NodeUnstageVolumeResponse> unstage() {
            return Answer.of(
                    service::nodeUnstageVolume,
                    NodeUnstageVolumeRequest.newBuilder()
                            .setVolumeId(id)
                            .setStagingTargetPath(staging().toString())
                            .build());
        }

        Answer<NodePublishVolumeResponse> publish(String name, String type, boolean isReadOnly) {
            return publish(name, type, Mode.SINGLE_NODE_WRITER, isReadOnly);
        }

        Answer<NodePublishVolumeResponse> publish(
                String name, String type, Mode mode, boolean isReadOnly) {
            return Answer.of(
                    service::nodePublishVolume,
                    NodePublishVolumeRequest.newBuilder()
                            .setVolumeId(id)
                            .setStagingTargetPath(staging().toString())
                            .setTargetPath(target(name).toString())
                            .setReadonly(isReadOnly)
                            .setVolumeCapability(capability(type, mode))
                            .build());
        }

        Answer<NodeUnpublishVolumeResponse> unpublish(String name) {
            return Answer.of(
                    service::nodeUnpublishVolume,
                    NodeUnpublishVolumeRequest.newBuilder()
                            .setVolumeId(id)
                            .setTargetPath(target(name).toString())
                            .build());
        }

        Answer<NodeExpandVolumeResponse> expand(String name, long bytes) {
            return Answer.of(
                    service::nodeExpandVolume,
                    NodeExpandVolumeRequest.newBuilder()
                            .setVolumeId(id)
                            .setVolumePath(target(name).toString())
                            .setCapacityRange(CapacityRange.newBuilder().setRequiredBytes(bytes))
                            .build());
        }

        Answer<NodeGetVolumeStatsResponse> stats(String name) {
            return Answer.of(
                    service::nodeGetVolumeStats,
                    NodeGetVolumeStatsRequest.newBuilder()
                            .setVolumeId(id)
                            .setVolumePath(target(name).toString())
                            .build());
        }
    }

    private static VolumeCapability capability(String type, Mode mode) {
        VolumeCapability.Builder capability =
                VolumeCapability.newBuilder()
                        .setAccessMode(VolumeCapability.AccessMode.newBuilder().setMode(mode));
        if (type.equals("block")) {
            capability.setBlock(VolumeCapability.BlockVolume.getDefaultInstance());
        } else {
            capability.setMount(VolumeCapability.MountVolume.newBuilder().setFsType(type));
        }
        return capability.build();
    }
}
