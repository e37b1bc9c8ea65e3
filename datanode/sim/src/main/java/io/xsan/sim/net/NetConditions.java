package io.xsan.sim.net;

/**
 * How the network behaves by itself: typical one-way delay, typical time to connect, and how often
 * a frame is slow, per million.
 */
public record NetConditions(long delayNanos, long connectNanos, int slowPerMillion) {
    /** A local network. */
    public static final NetConditions LAN = new NetConditions(100_000, 5_000_000, 1_000);
}
