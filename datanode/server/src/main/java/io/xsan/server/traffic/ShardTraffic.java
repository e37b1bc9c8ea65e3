package io.xsan.server.traffic;

/**
 * What goes in and out of a shard at one moment; immutable. {@code mailboxDepth} actions of other
 * threads wait; {@code mailboxWaits} times one of them had to wait for room; {@code buffersLent}
 * buffers of the pool are in use.
 */
public record ShardTraffic(
        Traffic peers, Traffic nbd, int mailboxDepth, long mailboxWaits, int buffersLent) {}
