package io.xsan.meta.decide;

import java.util.regex.Pattern;

/** What the metadata allows. */
public final class Limits {
    /** Most nodes. */
    public static final int NODES_MAX = 256;

    /** Most volumes, those being deleted included. */
    public static final int VOLUMES_MAX = 10_000;

    /** Largest volume. */
    public static final long VOLUME_BYTES_MAX = 64L << 40;

    /** Most usable bytes of a node. */
    public static final long NODE_BYTES_MAX = 1L << 50;

    /** Most attachments of a volume. */
    public static final int ATTACHMENTS_MAX = 16;

    /** Longest host name, failure domain. */
    public static final int TEXT_LENGTH_MAX = 253;

    /** Longest name of a volume. */
    public static final int NAME_LENGTH_MAX = 253;

    /** What names of volumes are made of, for messages. */
    public static final String NAME_RULE =
            "1 to 253 of a-z, 0-9, '-' and '.', first and last a letter or digit";

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");

    private Limits() {}

    /** True if {@code name} may be the name of a volume. */
    public static boolean isVolumeName(String name) {
        return name.length() <= NAME_LENGTH_MAX && NAME.matcher(name).matches();
    }

    /** True if {@code text} may be a host or a failure domain: printable ASCII without blanks. */
    static boolean isPlainText(String text) {
        return !text.isEmpty()
                && text.length() <= TEXT_LENGTH_MAX
                && text.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }
}
