package io.xsan.engine.volume;

/**
 * How long a component may leave a request unanswered: the configured time, doubled each time it
 * fell silent again soon, so that one that flaps is not dropped and brought up to date for ever.
 */
final class Patience {
    private static final int DOUBLINGS_MAX = 3;
    private static final long FORGIVEN_NANOS = 60_000_000_000L;

    private int doublings;
    private boolean hasFailed;
    private long failedNanos;
    private boolean isSlow;

    /** The time that it has, where one that never failed has {@code baseNanos}. */
    long timeoutNanos(long baseNanos, long nowNanos) {
        if (hasFailed && nowNanos - failedNanos >= FORGIVEN_NANOS) {
            hasFailed = false;
            doublings = 0;
        }
        return baseNanos << doublings;
    }

    /** It has left a request unanswered for longer than that. */
    void onSilent(long nowNanos) {
        doublings = hasFailed ? Math.min(doublings + 1, DOUBLINGS_MAX) : 0;
        hasFailed = true;
        failedNanos = nowNanos;
        isSlow = false;
    }

    /** It is or is not about to use up its time; true if that is worth a report. */
    boolean onSlow(boolean isSlowNow) {
        boolean isNews = isSlowNow && !isSlow;
        isSlow = isSlowNow;
        return isNews;
    }
}
