package io.xsan.csi.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Mounting and unmounting, with deadlines. */
final class Mounts {
    private static final long MOUNT_MILLIS = 60_000;
    private static final long UNMOUNT_MILLIS = 30_000;
    private static final long UNMOUNT_AGAIN_MILLIS = 10_000;

    private final Commands commands;

    Mounts(Commands commands) {
        this.commands = commands;
    }

    /** What to do so that I/O ends which keeps a file system from being unmounted. */
    @FunctionalInterface
    interface Abort {
        void run() throws IOException;
    }

    void mount(Path device, Path target, String type, List<String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of("mount", "-t", type));
        if (!options.isEmpty()) {
            command.addAll(List.of("-o", String.join(",", options)));
        }
        command.addAll(List.of(device.toString(), target.toString()));
        commands.check(MOUNT_MILLIS, command.toArray(String[]::new));
    }

    /** Lets {@code source}, a mount or a device file, be seen at {@code target} too. */
    void bind(Path source, Path target, boolean isReadOnly) throws IOException {
        commands.check(MOUNT_MILLIS, "mount", "--bind", source.toString(), target.toString());
        if (isReadOnly) {
            // The kernel takes this only in a second step.
            commands.check(MOUNT_MILLIS, "mount", "-o", "remount,bind,ro", target.toString());
        }
    }

    /** Makes a bind mount that was left half done read-only. */
    void makeReadOnly(Path target) throws IOException {
        commands.check(MOUNT_MILLIS, "mount", "-o", "remount,bind,ro", target.toString());
    }

    /**
     * Unmounts all that is mounted at a path. If that hangs, because the device does not answer,
     * {@code abort} is called and the mount is taken out of sight.
     *
     * @throws IOException if it is in use, or did not end at all
     */
    void unmount(Path target, Abort abort) throws IOException {
        while (MountTable.now().at(target).isPresent()) {
            Optional<Commands.Outcome> outcome = tryUnmount(UNMOUNT_MILLIS, target);
            if (outcome.isEmpty()) {
                abort.run();
                if (tryUnmount(UNMOUNT_AGAIN_MILLIS, target).isEmpty()) {
                    commands.check(UNMOUNT_AGAIN_MILLIS, "umount", "-l", target.toString());
                }
            } else if (outcome.get().exitCode() != 0 && MountTable.now().at(target).isPresent()) {
                throw new IOException(outcome.get().output().strip());
            }
        }
    }

    /** The outcome; empty if it hung. */
    private Optional<Commands.Outcome> tryUnmount(long millis, Path target) throws IOException {
        try {
            return Optional.of(commands.run(millis, List.of("umount", target.toString())));
        } catch (DeadlineException e) {
            return Optional.empty();
        }
    }

    /** The other places where a staged volume is published. */
    static List<Path> publications(MountTable table, Path device, Path staging) throws IOException {
        List<Path> targets = new ArrayList<>();
        for (Mount mount : table.ofFileSystem(device)) {
            if (!mount.target().equals(staging.toString())) {
                targets.add(Path.of(mount.target()));
            }
        }
        targets.addAll(deviceFiles(table, device));
        return targets;
    }

    /** Where the file of a device is bind-mounted. */
    private static List<Path> deviceFiles(MountTable table, Path device) throws IOException {
        List<Path> targets = new ArrayList<>();
        for (Mount mount : table.ofDeviceFile(device)) {
            Path target = Path.of(mount.target());
            if (isSameDevice(target, device)) {
                targets.add(target);
            }
        }
        return targets;
    }

    /** Whether a path is a device file of the same device. */
    static boolean isSameDevice(Path target, Path device) throws IOException {
        return Files.exists(target)
                && !Files.isDirectory(target)
                && !Files.isRegularFile(target)
                && Files.getAttribute(target, "unix:rdev")
                        .equals(Files.getAttribute(device, "unix:rdev"));
    }
}
