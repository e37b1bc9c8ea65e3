package io.xsan.base.latency;

/** Counts durations by buckets whose bounds double. One thread. */
public final class LatencyCounter {
    private final long[] counts = new long[Latencies.BUCKETS];
    private long sumNanos;

    /** Nothing is counted yet. */
    public LatencyCounter() {}

    /** Counts one duration in nanoseconds; a negative one (a clock that jumped) as 0. */
    public void record(long nanos) {
        long duration = Math.max(nanos, 0);
        counts[Latencies.bucketOf(duration)]++;
        sumNanos += duration;
    }

    /** What was counted so far. */
    public Latencies snapshot() {
        return new Latencies(counts.clone(), sumNanos);
    }
}
