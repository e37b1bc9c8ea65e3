package io.xsan.sim.world;

import io.xsan.base.Check;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/**
 * Virtual time and the queue of what will happen. Events run in the order of their times, then of
 * their making; nothing else decides, so the same seed gives the same run on every machine.
 */
public final class SimWorld {
    /** Nanoseconds of a microsecond. */
    public static final long MICRO_NANOS = 1_000;

    /** Nanoseconds of a millisecond. */
    public static final long MILLI_NANOS = 1_000_000;

    /** Nanoseconds of a second. */
    public static final long SECOND_NANOS = 1_000_000_000;

    /** More than a run needs: somebody repeats something without a pause. */
    private static final long EVENTS_MAX = 2_000_000;

    private final long seed;
    private final PriorityQueue<SimEvent> queue = new PriorityQueue<>();
    private final Trace trace = new Trace();
    private final Probes probes = new Probes();
    private long nowNanos;
    private long made;
    private long events;

    /** A world at time 0 with nothing to happen. */
    public SimWorld(long seed) {
        this.seed = seed;
    }

    /** The master seed. */
    public long seed() {
        return seed;
    }

    /** The stream of random numbers of that name. */
    public SimRandom random(String name) {
        return SimRandom.of(seed, name);
    }

    /** True time, nanoseconds since the beginning. */
    public long now() {
        return nowNanos;
    }

    /** Events run so far. */
    public long events() {
        return events;
    }

    /** What happened, as a hash and as the last lines. */
    public Trace trace() {
        return trace;
    }

    /** Notes something that happened now; {@code what} is a constant. */
    public void trace(String what, long a, long b, long c) {
        trace.add(nowNanos, what, a, b, c);
    }

    /** Counters of rare things that were reached. */
    public Probes probes() {
        return probes;
    }

    /** Lets {@code action} happen {@code delayNanos} (0 or more) from now. */
    public SimEvent after(long delayNanos, Runnable action) {
        Check.that(delayNanos >= 0, "delay is not negative", delayNanos);
        SimEvent event = new SimEvent(nowNanos + delayNanos, made++, action);
        queue.add(event);
        return event;
    }

    /** Runs the next event; false if there is none. */
    public boolean step() {
        SimEvent event = queue.poll();
        if (event == null) {
            return false;
        }
        Check.that(event.timeNanos >= nowNanos, "time runs forward", event.timeNanos, nowNanos);
        nowNanos = event.timeNanos;
        Check.that(++events < EVENTS_MAX, "a run ends; events", events);
        event.run();
        return true;
    }

    /**
     * Runs events until {@code isDone} or {@code untilNanos}; true if done. Asked after each event.
     */
    public boolean runUntil(long untilNanos, BooleanSupplier isDone) {
        while (!isDone.getAsBoolean()) {
            SimEvent next = queue.peek();
            if (next == null || next.timeNanos > untilNanos) {
                nowNanos = Math.max(nowNanos, untilNanos);
                return isDone.getAsBoolean();
            }
            step();
        }
        return true;
    }
}
