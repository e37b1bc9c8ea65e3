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
    private final long offsetNanos;
    private final int driftPpm;

    /** A clock that shows {@code offsetNanos} at the beginning. */
    public SimClock(SimWorld world, long offsetNanos, int driftPpm) {
        Check.that(Math.abs(driftPpm) <= DRIFT_PPM_MAX, "drift within its bound", driftPpm);
        this.world = world;
        this.offsetNanos = offsetNanos;
        this.driftPpm = driftPpm;
    }

    @Override
    public long nanoTime() {
        return offsetNanos + world.now() + world.now() / MILLION * driftPpm;
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
