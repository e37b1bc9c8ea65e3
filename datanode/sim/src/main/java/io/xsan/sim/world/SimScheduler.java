package io.xsan.sim.world;

import io.xsan.base.seam.Scheduler;

/** Timers of a lane, on the clock of its node. */
public final class SimScheduler implements Scheduler {
    private final SimLane lane;
    private final SimClock clock;

    /** Timers of {@code lane}. */
    public SimScheduler(SimLane lane, SimClock clock) {
        this.lane = lane;
        this.clock = clock;
    }

    @Override
    public Timer after(long delayNanos, Runnable action) {
        boolean[] isOver = new boolean[1];
        SimEvent event =
                lane.post(
                        clock.trueNanos(delayNanos),
                        () -> {
                            if (!isOver[0]) {
                                isOver[0] = true;
                                action.run();
                            }
                        });
        return () -> {
            isOver[0] = true;
            event.cancel();
        };
    }
}
