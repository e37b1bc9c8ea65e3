package io.xsan.csi.node;

import io.grpc.Status;
import io.xsan.csi.rpc.Failures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** File systems on devices: what is there, making, checking and growing them. */
final class FileSystems {
    private static final long PROBE_MILLIS = 20_000;
    private static final long MAKE_MILLIS = 300_000;
    private static final long CHECK_MILLIS = 1_800_000;
    private static final long GROW_MILLIS = 300_000;

    private static final int BLKID_NOTHING = 2;
    private static final String BLANK_BYTES = "1048576";
    private static final String UNKNOWN_DATA = "data of an unknown kind";
    private static final int E2FSCK_CORRECTED = 1;

    /** A file system may leave so much of its device unused because of its layout. */
    private static final long UNUSED_BYTES_MAX = 128L << 20;

    private static final Pattern BLOCKS = Pattern.compile("(?m)^Block count:\\s+([0-9]+)$");
    private static final Pattern BLOCK_BYTES = Pattern.compile("(?m)^Block size:\\s+([0-9]+)$");

    private final Commands commands;

    FileSystems(Commands commands) {
        this.commands = commands;
    }

    /**
     * What a device holds: the type of its file system, the name of another signature, data without
     * one (such as that of a database on a raw device), or nothing.
     *
     * @throws IOException if that cannot be told for sure, also where several signatures are there
     */
    Optional<String> signature(Path device) throws IOException {
        Commands.Outcome outcome =
                commands.run(
                        PROBE_MILLIS, List.of("blkid", "-p", "-o", "export", device.toString()));
        if (outcome.exitCode() == BLKID_NOTHING && outcome.output().isBlank()) {
            return isBlank(device) ? Optional.empty() : Optional.of(UNKNOWN_DATA);
        }
        if (outcome.exitCode() != 0) {
            throw new IOException(
                    "what is on "
                            + device
                            + " cannot be told: blkid ended with "
                            + outcome.exitCode()
                            + ": "
                            + outcome.output().strip());
        }
        return Optional.of(named(outcome.output()));
    }

    /** Whether a device begins with zeros, as a volume does that nobody has written to. */
    private boolean isBlank(Path device) throws IOException {
        Commands.Outcome outcome =
                commands.run(
                        PROBE_MILLIS,
                        List.of("cmp", "-s", "-n", BLANK_BYTES, device.toString(), "/dev/zero"));
        if (outcome.exitCode() > 1) {
            throw new IOException(device + " cannot be read: " + outcome.output().strip());
        }
        return outcome.exitCode() == 0;
    }

    private static String named(String export) {
        String type = "";
        for (String line : export.lines().toList()) {
            if (line.startsWith("TYPE=")) {
                type = line.substring("TYPE=".length());
            } else if (line.startsWith("PTTYPE=") && type.isEmpty()) {
                type = "a partition table (" + line.substring("PTTYPE=".length()) + ")";
            }
        }
        return type.isEmpty() ? "an unknown signature" : type;
    }

    /**
     * Leaves a whole file system of {@code type} on a device: made if the device holds nothing,
     * else checked and grown to the device where that is done unmounted.
     */
    void prepare(Devices.Device device, String type, boolean isReadOnly) throws IOException {
        Optional<String> found = signature(device.path());
        if (found.isPresent() && !found.get().equals(type)) {
            throw Failures.of(
                    Status.Code.FAILED_PRECONDITION,
                    "the volume holds "
                            + found.get()
                            + " where "
                            + type
                            + " is asked for; it is never formatted again. Ask for what it holds,"
                            + " or clear it by command if it is not needed");
        }
        if (isReadOnly) {
            if (found.isEmpty()) {
                throw Failures.of(
                        Status.Code.FAILED_PRECONDITION,
                        "the volume holds no file system, and is for reading only");
            }
            return;
        }
        if (found.isEmpty()) {
            make(device.path(), type);
        } else if (type.equals("ext4")) {
            checkAndGrowExt4(device);
        }
    }

    private void make(Path device, String type) throws IOException {
        if (type.equals("xfs")) {
            // Without -f, it looks for signatures once more and refuses them.
            commands.check(MAKE_MILLIS, "mkfs.xfs", "-q", device.toString());
        } else {
            commands.check(MAKE_MILLIS, "mkfs.ext4", "-q", "-F", "-m", "0", device.toString());
        }
    }

    private void checkAndGrowExt4(Devices.Device device) throws IOException {
        String path = device.path().toString();
        check(List.of("e2fsck", "-p", path));
        String superblock = commands.check(PROBE_MILLIS, "dumpe2fs", "-h", path);
        long bytes = number(BLOCKS, superblock) * number(BLOCK_BYTES, superblock);
        if (device.sizeBytes() - bytes >= UNUSED_BYTES_MAX) {
            check(List.of("e2fsck", "-f", "-p", path));
            commands.check(GROW_MILLIS, "resize2fs", path);
        }
    }

    private void check(List<String> command) throws IOException {
        Commands.Outcome outcome = commands.run(CHECK_MILLIS, command);
        if (outcome.exitCode() > E2FSCK_CORRECTED) {
            throw new IOException(
                    "the file system has errors that are not corrected by itself; "
                            + String.join(" ", command)
                            + " ended with "
                            + outcome.exitCode()
                            + ": "
                            + outcome.output().strip());
        }
    }

    private static long number(Pattern pattern, String text) throws IOException {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IOException("dumpe2fs does not say: " + pattern);
        }
        return Long.parseLong(matcher.group(1));
    }

    /** Grows a mounted file system to its device. */
    void growMounted(Mount mount) throws IOException {
        switch (mount.type()) {
            case "ext4" -> commands.check(GROW_MILLIS, "resize2fs", mount.source());
            case "xfs" -> commands.check(GROW_MILLIS, "xfs_growfs", mount.target());
            default ->
                    throw new IOException(
                            mount.target() + " holds " + mount.type() + ", which is not grown");
        }
    }
}
