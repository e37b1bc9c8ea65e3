package io.xsan.meta.lease;

import io.xsan.base.Check;

/**
 * How long leases are, and by how much two clocks may differ in rate, in parts of a thousand. The
 * same on all datanodes.
 */
public record LeaseConfig(long durationNanos, int driftPermille) {
    /** 2 s, one percent. */
    public static final LeaseConfig DEFAULT = new LeaseConfig(2_000_000_000L, 10);

    /** Checks ranges: 100 ms to one minute, 0 to 100. */
    public LeaseConfig {
        Check.that(
                durationNanos >= 100_000_000L && durationNanos <= 60_000_000_000L,
                "lease duration",
                durationNanos);
        Check.that(driftPermille >= 0 && driftPermille <= 100, "drift", driftPermille);
    }

    /** A holder asks again so long after it asked: a fifth of the duration. */
    public long renewEveryNanos() {
        return durationNanos / 5;
    }

    /** What the holder counts, from when it sent the request. */
    public long holderNanos() {
        return durationNanos - durationNanos / 1000 * driftPermille;
    }

    /** What the leader counts, from when it answered. */
    public long leaderNanos() {
        return durationNanos + durationNanos / 1000 * driftPermille;
    }
}
