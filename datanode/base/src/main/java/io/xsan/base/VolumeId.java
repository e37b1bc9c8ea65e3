package io.xsan.base;

/** A volume: a random, never reused, positive 63-bit number; written as 16 hex digits. */
public record VolumeId(long value) implements Comparable<VolumeId> {
    /** Checks the range. */
    public VolumeId {
        Check.that(value > 0, "volume id is positive", value);
    }

    /**
     * Reads the 16 hex digits of {@link #toString()}; anything else is an IllegalArgumentException.
     */
    public static VolumeId parse(String text) {
        if (!text.matches("[0-7][0-9a-f]{15}") || text.equals("0000000000000000")) {
            throw new IllegalArgumentException(
                    "volume id '" + text + "' is not 16 lower-case hex digits");
        }
        return new VolumeId(Long.parseLong(text, 16));
    }

    @Override
    public int compareTo(VolumeId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return String.format("%016x", value);
    }
}
