package io.xsan.base.seam;

/** Timers of one shard. For control work: allocates; the data path scans deadlines by ticks. */
public interface Scheduler {
    /** A timer that can be called off. */
    interface Timer {
        /** Ends the timer; it does not run afterwards. Same shard only; idempotent. */
        void cancel();
    }

    /** Runs {@code action} on the shard once, not before {@code delayNanos} have passed. */
    Timer after(long delayNanos, Runnable action);
}
