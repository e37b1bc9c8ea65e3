package io.xsan.meta.heartbeat;

/** What was heard of a node last, and when; the time is of the receiver's monotonic clock. */
public record HeardNode(long heardNanos, boolean isSilent, HeartbeatReport report) {}
