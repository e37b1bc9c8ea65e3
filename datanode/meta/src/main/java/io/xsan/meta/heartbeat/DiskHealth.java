package io.xsan.meta.heartbeat;

/** How the worst device of a node is. */
public enum DiskHealth {
    /** All devices work. */
    GOOD,
    /** Errors or slowness were seen; data are served. */
    DEGRADED,
    /** A device has failed: the components on it are lost until it is replaced. */
    FAILED
}
