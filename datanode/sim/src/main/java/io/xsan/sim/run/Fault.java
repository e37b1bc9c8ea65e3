package io.xsan.sim.run;

import io.xsan.sim.world.SimClock;

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
        /** The next sync of node a's device fails. */
        SYNC_ERROR,
        /** Node a's device has latent errors, rots and loses writes at the rate of the amount. */
        BAD_DISK,
        /**
         * Node a's device says that it has synced, and has not; it loses power in the end, and all
         * or a part of what it got since; back after the amount.
         */
        LYING_DISK,
        /** A device of node a is exchanged for an empty one; back after the duration. */
        NEW_DISK,
        /** A device of node a, which the amount names, fails all that is asked of it. */
        DEVICE_DIES,
        /**
         * The process of node a is killed; back after the duration without one of its devices,
         * which the amount names. That is there again after as long, for the next start.
         */
        DEVICE_AWAY,
        /** Node a's clock goes at another rate, {@link SimClock#DRIFT_PPM_MAX} more than amount. */
        CLOCK,
        /** All nodes go down and come back, each when it will, within the duration. */
        REBOOT_ALL,
        /**
         * The owner of volume a does not reach the metadata; the amount chooses what else keeps it
         * from noticing its successor: it stands still, or its frames come late or one way only.
         */
        USURP,
        /**
         * The owner of volume a reaches no node and no metadata, and its writing hosts leave it.
         */
        HERMIT,
        /** The metadata has no quorum. */
        NO_QUORUM,
        /** Node a does not reach the metadata. */
        META_CUT,
        /** Host a loses its connection; amount 1: and nobody is told. */
        HOST_BREAK,
        /** Host a dies, with all it had not been answered; back after the duration. */
        HOST_REBOOT,
        /** Volume a is moved to node b. */
        MOVE,
        /** Volume a grows by the amount. */
        RESIZE,
        /** Volume a is scrubbed; no fault, but it meets them. */
        SCRUB,
        /** Volume a's data goes to other nodes, which the bits of the amount choose. */
        RELOCATE
    }
}
