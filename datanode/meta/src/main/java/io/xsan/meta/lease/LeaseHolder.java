package io.xsan.meta.lease;

import io.xsan.base.Check;

/**
 * The lease of this datanode, as it counts it itself: from when it sent the request that was
 * granted. One thread.
 */
public final class LeaseHolder {
    /** Requests whose answers are still of use. */
    private static final int PENDING_MAX = 16;

    private final LeaseConfig config;
    private final long[] sentNanos = new long[PENDING_MAX];
    private long lastRequest;
    private boolean isHeld;
    private long untilNanos;

    /** A datanode that has no lease yet. */
    public LeaseHolder(LeaseConfig config) {
        this.config = config;
    }

    /** True if it is time to ask. */
    public boolean isRequestDue(long nowNanos) {
        return lastRequest == 0
                || nowNanos - sentNanos[slot(lastRequest)] >= config.renewEveryNanos();
    }

    /** A request is about to be sent; its number, to be given with the answer. */
    public long onRequest(long nowNanos) {
        lastRequest++;
        sentNanos[slot(lastRequest)] = nowNanos;
        return lastRequest;
    }

    /**
     * The leader has granted request {@code request}. Answers may come late, twice and in any
     * order.
     */
    public void onGranted(long request) {
        Check.that(request >= 1 && request <= lastRequest, "request was sent", request);
        if (lastRequest - request >= PENDING_MAX) {
            return;
        }
        long until = sentNanos[slot(request)] + config.holderNanos();
        if (!isHeld || until - untilNanos > 0) {
            isHeld = true;
            untilNanos = until;
        }
    }

    /** True if there was a lease ever; {@link #untilNanos} means nothing before. */
    public boolean wasGranted() {
        return isHeld;
    }

    /** The lease holds before this time. Only ever grows. */
    public long untilNanos() {
        return untilNanos;
    }

    /** True if the lease holds now. */
    public boolean holds(long nowNanos) {
        return isHeld && untilNanos - nowNanos > 0;
    }

    private static int slot(long request) {
        return (int) (request % PENDING_MAX);
    }
}
