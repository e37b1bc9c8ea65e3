package io.xsan.base.latency;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LatencyCounterTest {
    private final LatencyCounter counter = new LatencyCounter();

    @Test
    void everyDurationIsInTheFirstBucketWhoseBoundItDoesNotExceed() {
        for (int bucket = 0; bucket < Latencies.BUCKETS - 1; bucket++) {
            assertThat(Latencies.bucketOf(Latencies.boundNanos(bucket))).isEqualTo(bucket);
            assertThat(Latencies.bucketOf(Latencies.boundNanos(bucket) + 1)).isEqualTo(bucket + 1);
        }
        assertThat(Latencies.bucketOf(0)).isZero();
        assertThat(Latencies.bucketOf(Long.MAX_VALUE)).isEqualTo(Latencies.BUCKETS - 1);
    }

    @Test
    void snapshotsTellCountSumAndPercentilesAndStayAsTheyAre() {
        for (int i = 0; i < 99; i++) {
            counter.record(20_000);
        }
        counter.record(3_000_000);
        Latencies before = counter.snapshot();
        counter.record(-5);

        assertThat(before.count()).isEqualTo(100);
        assertThat(before.sumNanos()).isEqualTo(99 * 20_000 + 3_000_000);
        assertThat(before.percentileNanos(99)).isEqualTo(32_768);
        assertThat(before.percentileNanos(100)).isEqualTo(4_194_304);
        assertThat(counter.snapshot().count()).isEqualTo(101);
        assertThat(Latencies.NONE.percentileNanos(50)).isZero();
    }
}
