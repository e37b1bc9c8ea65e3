package io.xsan.server.disk;

import io.xsan.base.ErrorCode;
import io.xsan.base.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A block device of this host as the system knows it (sysfs and /proc): who uses it, and its serial
 * number. Looks only, never writes.
 */
public final class BlockDevice {
    private static final String HAS_PARTITION = "it has the partition ";
    private static final int TYPE_MASK = 0170000;
    private static final int TYPE_BLOCK = 0060000;

    private final Path path;
    private final String number;
    private final Path sysfs;

    private BlockDevice(Path path, String number) throws IOException {
        this.path = path;
        this.number = number;
        sysfs = Path.of("/sys/dev/block", number).toRealPath();
    }

    /** True if {@code path} is, or leads to, a block device. */
    public static boolean isOne(Path path) throws IOException {
        return Files.exists(path)
                && ((int) Files.getAttribute(path, "unix:mode") & TYPE_MASK) == TYPE_BLOCK;
    }

    /** The block device at {@code path}. */
    public static BlockDevice of(Path path) throws IOException {
        long rdev = (long) Files.getAttribute(path, "unix:rdev");
        long major = rdev >>> 8 & 0xfff | rdev >>> 32 & ~0xfffL;
        long minor = rdev & 0xff | rdev >>> 12 & ~0xffL;
        return new BlockDevice(path, major + ":" + minor);
    }

    /**
     * Refuses a device that has partitions, is mounted, used for swapping, or held by another
     * device (LVM, RAID, dm-crypt), and says by whom.
     */
    public void refuseIfUsed() throws IOException {
        List<String> users = users();
        if (!users.isEmpty()) {
            throw new Refusal(
                    ErrorCode.CONFLICT,
                    "device " + path + " is not written: " + String.join(", ", users));
        }
    }

    /**
     * As {@link #refuseIfUsed}, but partitions do not count: a command may overwrite their table.
     */
    void refuseIfHeld() throws IOException {
        List<String> users = users();
        users.removeIf(user -> user.startsWith(HAS_PARTITION));
        if (!users.isEmpty()) {
            throw new Refusal(
                    ErrorCode.CONFLICT,
                    "device " + path + " is not cleared: " + String.join(", ", users));
        }
    }

    /** Who uses the device, a phrase for each. */
    public List<String> users() throws IOException {
        List<String> users = new ArrayList<>();
        for (String mounted : lines("/proc/self/mountinfo")) {
            String[] fields = mounted.split(" ", -1);
            if (fields.length > 4 && fields[2].equals(number)) {
                users.add("it is mounted at " + fields[4]);
            }
        }
        for (String name : children(sysfs.resolve("holders"))) {
            users.add("it is held by " + name);
        }
        for (String name : children(sysfs)) {
            if (Files.exists(sysfs.resolve(name).resolve("partition"))) {
                users.add(HAS_PARTITION + name);
            }
        }
        for (String line : lines("/proc/swaps")) {
            if (line.startsWith(path.toRealPath() + " ")) {
                users.add("it is used for swapping");
            }
        }
        return users;
    }

    /**
     * What a person can read on the drive: its serial number or world-wide name; of a loop device
     * the file behind it. Empty if the system knows none.
     */
    public String serial() throws IOException {
        for (String name :
                List.of(
                        "serial",
                        "device/serial",
                        "wwid",
                        "device/wwid",
                        "dm/uuid",
                        "md/uuid",
                        "loop/backing_file")) {
            for (String line : lines(sysfs.resolve(name).toString())) {
                if (!line.isBlank()) {
                    return line.strip();
                }
            }
        }
        return "";
    }

    private static List<String> lines(String file) throws IOException {
        Path path = Path.of(file);
        return Files.isRegularFile(path) ? Files.readAllLines(path) : List.of();
    }

    private static TreeSet<String> children(Path directory) throws IOException {
        TreeSet<String> names = new TreeSet<>();
        if (Files.isDirectory(directory)) {
            try (Stream<Path> entries = Files.list(directory)) {
                entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
            }
        }
        return names;
    }
}
