package io.xsan.protocol;

import io.xsan.base.Check;

/**
 * Limits of one connection. {@code credits}: requests that the peer may have unanswered. {@code
 * handshakeNanos}: until a connection must stand. {@code pingNanos}: silence after which the peer
 * is asked. {@code silenceNanos}: silence after which it is taken for dead.
 */
public record LinkLimits(int credits, long handshakeNanos, long pingNanos, long silenceNanos) {
    /** Largest number of credits ever held or given. */
    public static final int CREDITS_MAX = 1 << 16;

    /**
     * 1024 requests, 5 s to greet, a ping each 0.5 s of silence, dead after 1.8 s: within the 2 s
     * of a component.
     */
    public static final LinkLimits DEFAULT =
            new LinkLimits(1024, 5_000_000_000L, 500_000_000L, 1_800_000_000L);

    /** Checks the limits and their order. */
    public LinkLimits {
        Check.that(credits > 0 && credits <= CREDITS_MAX, "credits in range", credits);
        Check.that(handshakeNanos > 0 && pingNanos > 0, "times are positive");
        Check.that(pingNanos < silenceNanos, "asks before it gives up", pingNanos, silenceNanos);
    }
}
