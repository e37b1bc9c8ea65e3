package io.xsan.server.demo;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** What the lanes count. Any thread. */
final class Measures {
    private static final int TROUBLES_MAX = 5;
    private static final long LATENCY_MICROS_MAX = TimeUnit.HOURS.toMicros(1);

    final LongAdder writes = new LongAdder();
    final LongAdder reads = new LongAdder();
    final LongAdder writtenBytes = new LongAdder();
    final LongAdder readBytes = new LongAdder();
    final LongAdder pagesLost = new LongAdder();
    final LongAdder pagesVerified = new LongAdder();
    final LongAdder errors = new LongAdder();

    private final Recorder recorder = new Recorder(LATENCY_MICROS_MAX, 2);
    private final AtomicLong lastNanos = new AtomicLong();
    private final LongAccumulator stallNanos = new LongAccumulator(Math::max, 0);
    private final List<String> troubles = new CopyOnWriteArrayList<>();

    /** A load starts now; what lies before is no stall. */
    void start(long nowNanos) {
        lastNanos.set(nowNanos);
    }

    void onAnswer(long startNanos, long nowNanos) {
        long micros = TimeUnit.NANOSECONDS.toMicros(nowNanos - startNanos);
        recorder.recordValue(Math.min(micros, LATENCY_MICROS_MAX));
        stallNanos.accumulate(nowNanos - lastNanos.getAndSet(nowNanos));
    }

    /** Latencies in microseconds since this was called last. */
    Histogram latencies() {
        return recorder.getIntervalHistogram();
    }

    /** The longest time in which no request of any lane was answered. */
    long stallMillis() {
        return TimeUnit.NANOSECONDS.toMillis(stallNanos.get());
    }

    /** What stalled until now counts no more. */
    void forgetStall() {
        stallNanos.reset();
    }

    void onError(String what) {
        errors.increment();
        keep(what);
    }

    void onLostPage(String what) {
        pagesLost.increment();
        keep(what);
    }

    private void keep(String what) {
        if (troubles.size() < TROUBLES_MAX) {
            troubles.add(what);
        }
    }

    /** The first few errors and lost pages. */
    List<String> troubles() {
        return List.copyOf(troubles);
    }
}
