package io.xsan.sim.run;

import io.xsan.sim.run.Fault.Kind;
import java.util.List;

/** What kinds of trouble a run has. Each seed draws one; of its faults it leaves some out. */
public enum Profile {
    /** No faults. */
    CALM(),
    /** Connections break, clog and slow down. */
    LOSSY_NETWORK(Kind.BREAK_LINK, Kind.CLOG, Kind.SLOW_NETWORK, Kind.HOST_BREAK),
    /** Nodes do not reach each other, or the metadata. */
    PARTITIONS(Kind.CUT, Kind.CUT_ONE_WAY, Kind.ISOLATE, Kind.META_CUT, Kind.BREAK_LINK),
    /** Processes die, one after the other or together. */
    CRASH_STORM(Kind.KILL, Kind.POWER_CUT, Kind.BREAK_LINK, Kind.MOVE),
    /** All power goes at once, more than once. */
    POWER(Kind.POWER_CUT_ALL, Kind.POWER_CUT, Kind.SLOW_DISK),
    /** One node is slow, stands still, its device hangs. */
    GRAY(Kind.PAUSE, Kind.SLOW_DISK, Kind.STUCK_DISK, Kind.SLOW_NETWORK, Kind.CLOG),
    /**
     * One device is bad; nothing else fails but connections of hosts: the good copies are there.
     */
    BAD_DISK(Kind.BAD_DISK, Kind.BAD_DISK, Kind.HOST_BREAK),
    /** The metadata is away, slow to answer, or answers get lost. */
    METADATA(Kind.NO_QUORUM, Kind.META_CUT, Kind.BREAK_LINK, Kind.KILL, Kind.MOVE),
    /** Owners change under load. */
    MOVES(Kind.MOVE, Kind.MOVE, Kind.HOST_BREAK, Kind.BREAK_LINK, Kind.PAUSE, Kind.META_CUT),
    /** Volumes grow, hosts reconnect. */
    LIFECYCLE(Kind.RESIZE, Kind.HOST_BREAK, Kind.MOVE, Kind.KILL),
    /** Devices fail in ways that end the process. */
    DISK_ERRORS(Kind.SYNC_ERROR, Kind.STUCK_DISK, Kind.KILL, Kind.BREAK_LINK),
    /** Data moves to other nodes under load (rule 11), while nodes die and owners change. */
    RELOCATION(
            Kind.RELOCATE,
            Kind.RELOCATE,
            Kind.RELOCATE,
            Kind.KILL,
            Kind.POWER_CUT,
            Kind.MOVE,
            Kind.BREAK_LINK,
            Kind.META_CUT,
            Kind.HOST_BREAK),
    /** Everything but bad devices. */
    MIXED(
            Kind.KILL,
            Kind.POWER_CUT,
            Kind.PAUSE,
            Kind.BREAK_LINK,
            Kind.CUT,
            Kind.CUT_ONE_WAY,
            Kind.ISOLATE,
            Kind.CLOG,
            Kind.SLOW_NETWORK,
            Kind.SLOW_DISK,
            Kind.STUCK_DISK,
            Kind.NO_QUORUM,
            Kind.META_CUT,
            Kind.HOST_BREAK,
            Kind.MOVE,
            Kind.RESIZE),
    /**
     * One device lies about its syncs; nothing else fails but connections of hosts. Only where
     * every component holds every block is all of it noticed, so its runs are of such volumes.
     */
    LYING_DISK(Kind.LYING_DISK, Kind.LYING_DISK, Kind.MOVE, Kind.HOST_BREAK),
    /** Another node takes a volume over while its old owner goes on, or wakes up later. */
    USURPERS(
            Kind.USURP,
            Kind.USURP,
            Kind.USURP,
            Kind.HOST_BREAK,
            Kind.HOST_REBOOT,
            Kind.CLOCK,
            Kind.KILL,
            Kind.STUCK_DISK,
            Kind.CLOG),
    /** All nodes restart, in any order, some while others have not come back. */
    REBOOTS(
            Kind.REBOOT_ALL,
            Kind.REBOOT_ALL,
            Kind.POWER_CUT,
            Kind.HOST_REBOOT,
            Kind.CLOCK,
            Kind.SLOW_DISK,
            Kind.META_CUT),
    /** One node gets empty devices; nothing else fails but hosts: the other copies are there. */
    NEW_DISKS(Kind.NEW_DISK, Kind.NEW_DISK, Kind.MOVE, Kind.HOST_BREAK, Kind.HOST_REBOOT),
    /** There is less space than hosts write; for that no component may be recorded stale. */
    FULL(Kind.HOST_BREAK, Kind.HOST_REBOOT, Kind.MOVE),
    /**
     * An owner is cut off from all other nodes and the metadata, and from some of its hosts only:
     * those that write go on with its successor, those that read stay.
     */
    HERMITS(Kind.HERMIT, Kind.HERMIT, Kind.HOST_BREAK, Kind.CLOCK, Kind.MOVE),
    /**
     * Nodes have several devices. Those of one node fail one by one, are not there for a while, or
     * are exchanged for empty ones.
     */
    DEVICES(
            Kind.DEVICE_DIES,
            Kind.DEVICE_DIES,
            Kind.DEVICE_AWAY,
            Kind.DEVICE_AWAY,
            Kind.NEW_DISK,
            Kind.KILL,
            Kind.POWER_CUT,
            Kind.MOVE,
            Kind.RELOCATE,
            Kind.BREAK_LINK,
            Kind.META_CUT);

    private final List<Kind> kinds;

    Profile(Kind... kinds) {
        this.kinds = List.of(kinds);
    }

    /** True if of two hosts of a volume one writes and the other one reads. */
    boolean hasReaders() {
        return this == USURPERS || this == HERMITS;
    }

    /** The faults of this profile. */
    List<Kind> kinds() {
        return kinds;
    }
}
