package io.xsan.server.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Loop devices of this host, by losetup, with direct I/O: no page of theirs is cached twice. */
final class LoopDevice {
    private static final int TRIES = 5;
    private static final int SYSFS_SECTOR_BYTES = 512;

    private LoopDevice() {}

    /**
     * Makes a loop device over {@code file} and answers its path. Somebody else may take the free
     * one that was found first, so that is tried a few times.
     */
    static String attach(Path file, DeviceShape shape) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("losetup", "--find", "--show", "--direct-io=on"));
        command.addAll(List.of("--sector-size", Integer.toString(shape.sectorBytes())));
        if (shape.readOnly()) {
            command.add("--read-only");
        }
        command.add(file.toString());
        for (int i = 1; ; i++) {
            try {
                String block = HostCommand.run(HostCommand.TIMEOUT_MILLIS, command);
                check(block, shape);
                return block;
            } catch (IOException e) {
                if (i == TRIES || !String.valueOf(e.getMessage()).contains("busy")) {
                    throw e;
                }
            }
        }
    }

    private static void check(String block, DeviceShape shape) throws IOException {
        long size = number(block, "size") * SYSFS_SECTOR_BYTES;
        long sector = number(block, "queue/logical_block_size");
        if (size != shape.sizeBytes() || sector != shape.sectorBytes()) {
            HostCommand.run(HostCommand.TIMEOUT_MILLIS, "losetup", "--detach", block);
            throw new IOException(
                    "%s has %d bytes in sectors of %d, the volume %d in sectors of %d"
                            .formatted(
                                    block, size, sector, shape.sizeBytes(), shape.sectorBytes()));
        }
    }

    private static Path sysfs(String block) {
        return Path.of("/sys/block").resolve(String.valueOf(Path.of(block).getFileName()));
    }

    private static long number(String block, String name) throws IOException {
        return Long.parseLong(Files.readString(sysfs(block).resolve(name)).strip());
    }

    /** True if {@code block} is a loop device over {@code file} now. */
    static boolean isOver(String block, Path file) {
        try {
            String backing = Files.readString(sysfs(block).resolve("loop/backing_file")).strip();
            // The kernel marks files that are not in its tree any more.
            return backing.equals(file.toString()) || backing.equals(file + " (deleted)");
        } catch (IOException e) {
            return false;
        }
    }

    /** Lets the kernel look at the size of the file again. */
    static void refresh(String block) throws IOException {
        HostCommand.run(HostCommand.TIMEOUT_MILLIS, "losetup", "--set-capacity", block);
    }

    /** Ends the device; while something has it open, the kernel waits for that. */
    static void detach(String block, long timeoutMillis) throws IOException {
        HostCommand.run(timeoutMillis, "losetup", "--detach", block);
    }
}
