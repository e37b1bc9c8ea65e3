package io.xsan.sim.world;

import org.jspecify.annotations.Nullable;

/** Something that will happen at a time of a {@link SimWorld}, unless it is called off before. */
public final class SimEvent implements Comparable<SimEvent> {
    final long timeNanos;
    private final long order;
    private @Nullable Runnable action;

    SimEvent(long timeNanos, long order, Runnable action) {
        this.timeNanos = timeNanos;
        this.order = order;
        this.action = action;
    }

    /** Calls the event off; nothing happens if it is over. */
    public void cancel() {
        action = null;
    }

    void run() {
        Runnable taken = action;
        action = null;
        if (taken != null) {
            taken.run();
        }
    }

    @Override
    public int compareTo(SimEvent other) {
        int byTime = Long.compare(timeNanos, other.timeNanos);
        return byTime != 0 ? byTime : Long.compare(order, other.order);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(order);
    }
}
