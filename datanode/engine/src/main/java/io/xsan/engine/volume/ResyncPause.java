package io.xsan.engine.volume;

/**
 * How long a component waits for its next resync: twice as long after each one that failed, so that
 * what cannot succeed yet does not copy all the time.
 */
final class ResyncPause {
    private static final long PAUSE_NANOS_MAX = 60_000_000_000L;
    private static final int DOUBLINGS_MAX = 30;

    private int failures;
    private long untilNanos;
    private String reason = "";

    /** True if the next resync may begin. */
    boolean isOver(long nowNanos) {
        return failures == 0 || nowNanos - untilNanos >= 0;
    }

    /** Why the last resync failed; empty if it did not. */
    String reason() {
        return reason;
    }

    /** A resync failed; {@code firstNanos} is the first pause. True if the reason is news. */
    boolean onFailed(String why, long firstNanos, long nowNanos) {
        boolean isNews = !why.equals(reason);
        reason = why;
        long pause = firstNanos << Math.min(failures, DOUBLINGS_MAX);
        untilNanos = nowNanos + Math.min(PAUSE_NANOS_MAX, pause);
        failures++;
        return isNews;
    }

    /** A resync succeeded, or the component is another life's: nothing is held against it. */
    void forget() {
        failures = 0;
        reason = "";
    }
}
