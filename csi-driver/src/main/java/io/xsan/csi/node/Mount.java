package io.xsan.csi.node;

import java.util.Set;

/**
 * One line of the kernel's table of mounts. {@code root} is what of the file system is mounted,
 * {@code target} where; {@code isReadOnly} is of this mount, {@code isFileSystemReadOnly} of the
 * file system behind it, which goes read-only by itself after errors.
 */
record Mount(
        String device,
        String root,
        String target,
        boolean isReadOnly,
        boolean isFileSystemReadOnly,
        String type,
        String source) {
    private static final int DEVICE = 2;
    private static final int ROOT = 3;
    private static final int TARGET = 4;
    private static final int OPTIONS = 5;

    /** Reads a line of {@code /proc/self/mountinfo}. */
    static Mount parse(String line) {
        String[] halves = line.split(" - ", 2);
        String[] mount = halves[0].split(" ");
        String[] fileSystem = halves[1].split(" ");
        return new Mount(
                mount[DEVICE],
                plain(mount[ROOT]),
                plain(mount[TARGET]),
                isReadOnly(mount[OPTIONS]),
                isReadOnly(fileSystem[2]),
                fileSystem[0],
                plain(fileSystem[1]));
    }

    private static boolean isReadOnly(String options) {
        return Set.of(options.split(",")).contains("ro");
    }

    /** The kernel writes blanks, line ends and backslashes as three octal digits. */
    private static String plain(String text) {
        return text.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }
}
