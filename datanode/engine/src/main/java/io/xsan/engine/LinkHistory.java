package io.xsan.engine;

import java.util.HashMap;
import java.util.Map;

/**
 * Since when there is no link to other nodes: how long an engine that starts waits for their
 * components. One shard.
 *
 * <p>In a start of the whole cluster others may come up later, so whom this process has never seen
 * is waited for. Whom it has seen and lost is gone, but for the moment in which a broken connection
 * is made again: a takeover from a dead owner must not wait for it.
 */
public final class LinkHistory {
    private static final long RECONNECT_NANOS = 500_000_000L;

    private final long startWaitNanos;
    private final long startedNanos;
    private final Map<Integer, Long> lostNanos = new HashMap<>();

    /**
     * A process that starts at {@code nowNanos}, and waits for nodes never seen for {@code
     * startWaitNanos} from then on.
     */
    public LinkHistory(long nowNanos, long startWaitNanos) {
        this.startedNanos = nowNanos;
        this.startWaitNanos = startWaitNanos;
    }

    /** The link to a node is gone. */
    void onLinkDown(int node, long nowNanos) {
        lostNanos.put(node, nowNanos);
    }

    /** True if a node that there is no link to now is not worth waiting for any more. */
    public boolean isGone(int node, long nowNanos) {
        Long lost = lostNanos.get(node);
        return lost == null
                ? nowNanos - startedNanos >= startWaitNanos
                : nowNanos - lost >= RECONNECT_NANOS;
    }
}
