package io.xsan.base;

import java.util.UUID;

/** A cluster: a UUID given when it is formed. Part of the identity in every message and header. */
public record ClusterId(long high, long low) {
    /** Checks that it is not all zeros, which means "none" in formats. */
    public ClusterId {
        Check.that((high | low) != 0, "cluster id is not zero");
    }

    /** Reads the usual text form of a UUID; anything else is an IllegalArgumentException. */
    public static ClusterId parse(String text) {
        UUID uuid = UUID.fromString(text);
        return new ClusterId(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
    }

    @Override
    public String toString() {
        return new UUID(high, low).toString();
    }
}
