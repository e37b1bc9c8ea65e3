package io.xsan.sim.world;

import io.xsan.base.Check;
import io.xsan.base.seam.Clock;

/** The clock of one node: runs a little fast or slow, and starts anywhere. */
public final class SimClock implements Clock {
    /** Largest deviation of a clock's rate, parts per million. */
    public static final int DRIFT_PPM_MAX = 5_000;

    private static final long WALL_START_MILLIS = 1_767_225_600_000L;
    private static final long MILLION = 1_000_000;

    private final SimWorld world;
    private int driftPpm;
    private long changedNanos;
    private long shownNanos;

    /** A clock that shows {@code offsetNanos} at the beginning. */
    public SimClock(SimWorld world, long offsetNanos, int driftPpm) {
        Check.that(Math.abs(driftPpm) <= DRIFT_PPM_MAX, "drift within its bound", driftPpm);
        this.world = world;
        this.driftPpm = driftPpm;
        shownNanos = offsetNanos;
    }

    /** From now on the clock deviates by so many parts per million. */
    public void drift(int ppm) {
        Check.that(Math.abs(ppm) <= DRIFT_PPM_MAX, "drift within its bound", ppm);
        shownNanos = nanoTime();
        changedNanos = world.now();
        driftPpm = ppm;
    }

    @Override
    public long nanoTime() {
        long passed = world.now() - changedNanos;
        return shownNanos + passed + passed / MILLION * driftPpm;
    }

    @Override
    public long wallMillis() {
        return WALL_START_MILLIS + world.now() / SimWorld.MILLI_NANOS;
    }

    /** How long {@code nanos} of this clock are in true time, rounded up. */
    public long trueNanos(long nanos) {
        return nanos * MILLION / (MILLION + driftPpm) + 2 * DRIFT_PPM_MAX;
    }
}
