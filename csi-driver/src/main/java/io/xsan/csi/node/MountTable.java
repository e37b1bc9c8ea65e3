package io.xsan.csi.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What is mounted where, as the kernel says it at one moment. */
record MountTable(List<Mount> mounts) {
    private static final Path KERNELS = Path.of("/proc/self/mountinfo");

    static MountTable now() throws IOException {
        return new MountTable(Files.readAllLines(KERNELS).stream().map(Mount::parse).toList());
    }

    /** What is mounted on top at a path. */
    Optional<Mount> at(Path target) {
        return mounts.stream()
                .filter(mount -> mount.target().equals(target.toString()))
                .reduce((_, last) -> last);
    }

    /** The mounts of the whole file system of a device. */
    List<Mount> ofFileSystem(Path device) {
        return mounts.stream()
                .filter(mount -> mount.source().equals(device.toString()))
                .filter(mount -> mount.root().equals("/"))
                .toList();
    }

    /** Mounts that may be bind mounts of the file of a device. */
    List<Mount> ofDeviceFile(Path device) {
        String name = String.valueOf(device.getFileName());
        return mounts.stream().filter(mount -> mount.root().endsWith("/" + name)).toList();
    }
}
