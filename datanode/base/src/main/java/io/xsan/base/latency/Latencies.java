package io.xsan.base.latency;

/**
 * Durations counted since a start, immutable. Bucket i holds those of at most {@link #boundNanos}
 * of i that no earlier bucket holds; the last one has no bound.
 */
public final class Latencies {
    /** Number of buckets. */
    public static final int BUCKETS = 24;

    /** Nothing counted. */
    public static final Latencies NONE = new Latencies(new long[BUCKETS], 0);

    /** The first bound is 2^14 ns, about 16 microseconds; the last about 69 seconds. */
    private static final int FIRST_SHIFT = 14;

    private final long[] counts;
    private final long sumNanos;

    Latencies(long[] counts, long sumNanos) {
        this.counts = counts;
        this.sumNanos = sumNanos;
    }

    static int bucketOf(long nanos) {
        if (nanos <= 1L << FIRST_SHIFT) {
            return 0;
        }
        int bits = Long.SIZE - Long.numberOfLeadingZeros(nanos - 1);
        return Math.min(bits - FIRST_SHIFT, BUCKETS - 1);
    }

    /** Upper bound of a bucket in nanoseconds, inclusive; Long.MAX_VALUE for the last. */
    public static long boundNanos(int bucket) {
        return bucket == BUCKETS - 1 ? Long.MAX_VALUE : 1L << (FIRST_SHIFT + bucket);
    }

    /** Durations in one bucket. */
    public long count(int bucket) {
        return counts[bucket];
    }

    /** Durations in all buckets. */
    public long count() {
        long all = 0;
        for (long count : counts) {
            all += count;
        }
        return all;
    }

    /** Sum of all durations, nanoseconds. */
    public long sumNanos() {
        return sumNanos;
    }

    /**
     * A bound in nanoseconds that {@code percent} of the durations do not exceed; 0 without any.
     */
    public long percentileNanos(double percent) {
        long wanted = (long) Math.ceil(count() * percent / 100);
        long seen = 0;
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            seen += counts[bucket];
            if (seen >= wanted && seen > 0) {
                return boundNanos(bucket);
            }
        }
        return 0;
    }
}
