package io.xsan.sim.run;

/**
 * Something that goes wrong at a time, for a while. {@code a} and {@code b} are nodes, hosts or
 * volumes by kind; {@code amount} is a delay, size or rate by kind.
 */
public record Fault(long atNanos, Kind kind, int a, int b, long lastsNanos, long amount) {
    /** What goes wrong. */
    public enum Kind {
        /** The process of node a is killed; back after the duration. */
        KILL,
        /** Node a loses power: unsynced sectors are lost or torn; back after the duration. */
        POWER_CUT,
        /** All nodes lose power at once. */
        POWER_CUT_ALL,
        /** The process of node a stands still. */
        PAUSE,
        /** The connection between a and b breaks; amount 1: with a reset. */
        BREAK_LINK,
        /** Nothing gets from a to b. */
        CUT_ONE_WAY,
        /** Nothing gets between a and b. */
        CUT,
        /** Node a is cut off from all other nodes; amount 1: and from the metadata. */
        ISOLATE,
        /** What a sends to b waits. */
        CLOG,
        /** All frames of node a take longer by the amount. */
        SLOW_NETWORK,
        /** The operations of node a's device take longer by the amount. */
        SLOW_DISK,
        /** The operations of node a's device do not end. */
        STUCK_DISK,
        /** The writes of node a's device fail for lack of space. */
        FULL_DISK,
        /** The next sync of node a's device fails. */
        SYNC_ERROR,
        /** Node a's device has latent errors, rots and loses writes at the rate of the amount. */
        BAD_DISK,
        /**
         * Node a's device says that it has synced, and has not; it loses power in the end, and all
         * or a part of what it got since; back after the amount.
         */
        LYING_DISK,
        /** The metadata has no quorum. */
        NO_QUORUM,
        /** Node a does not reach the metadata. */
        META_CUT,
        /** Host a loses its connection; amount 1: and nobody is told. */
        HOST_BREAK,
        /** Volume a is moved to node b. */
        MOVE,
        /** Volume a grows by the amount. */
        RESIZE,
        /** Volume a's data goes to other nodes, which the bits of the amount choose. */
        RELOCATE
    }
}
