package io.xsan.frontend.agent;

import io.xsan.base.Check;

/**
 * Times of an {@link AgentVolume}. {@code retryNanos}: pause between attempts to reach an owner.
 * {@code greetNanos}: how long an owner may take to open the session. {@code refusedNanos}: how
 * long a volume or attachment must be unknown before that is believed. {@code holdNanos}: how long
 * a request is held without an owner before it fails.
 */
public record AgentLimits(long retryNanos, long greetNanos, long refusedNanos, long holdNanos) {
    /** 100 ms, 10 s, 10 s, 10 min. */
    public static final AgentLimits DEFAULT =
            new AgentLimits(100_000_000L, 10_000_000_000L, 10_000_000_000L, 600_000_000_000L);

    /** Checks that all are positive. */
    public AgentLimits {
        Check.that(retryNanos > 0 && greetNanos > 0, "times are positive");
        Check.that(refusedNanos > 0 && holdNanos > 0, "times are positive");
    }
}
