package io.xsan.base;

/**
 * The version of a write: (epoch, sequence) packed into one long so that versions of a volume
 * compare as numbers. 24 bits of epoch over 40 bits of sequence; {@link #NONE} is older than every
 * version. An engine that has used up its sequence numbers takes a new epoch (see docs/adr/0001).
 */
public final class Version {
    /** No version; unwritten. */
    public static final long NONE = 0;

    /** Largest epoch. */
    public static final int EPOCH_MAX = (1 << 23) - 1;

    /** Largest sequence number within an epoch. */
    public static final long SEQUENCE_MAX = (1L << 40) - 1;

    private static final int SEQUENCE_BITS = 40;

    private Version() {}

    /** Packs {@code epoch} (0..{@link #EPOCH_MAX}) and {@code sequence}. */
    public static long of(int epoch, long sequence) {
        Check.that(epoch >= 0 && epoch <= EPOCH_MAX, "epoch in range", epoch);
        Check.that(sequence >= 0 && sequence <= SEQUENCE_MAX, "sequence in range", sequence);
        return ((long) epoch << SEQUENCE_BITS) | sequence;
    }

    /** The epoch of a version. */
    public static int epoch(long version) {
        return (int) (version >>> SEQUENCE_BITS);
    }

    /** The sequence number of a version. */
    public static long sequence(long version) {
        return version & SEQUENCE_MAX;
    }

    /** The version that {@link #text} has made {@code text} of. */
    public static long parse(String text) {
        int dot = text.indexOf('.');
        return of(
                Integer.parseInt(text.substring(0, dot)), Long.parseLong(text.substring(dot + 1)));
    }

    /** {@code epoch.sequence}, for people. */
    public static String text(long version) {
        return epoch(version) + "." + sequence(version);
    }
}
