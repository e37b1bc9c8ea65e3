package io.xsan.engine;

/**
 * Bugs that the simulator plants to prove that it would find them: each leaves out one part of the
 * rules, by the names of the model (docs/model). Production never switches one on.
 */
public enum Bug {
    /** A component takes writes of older epochs. */
    M_COMPONENT_EPOCH,
    /** A component answers OPEN before the epoch is on disk. */
    M_EPOCH_VOLATILE,
    /** A write is acknowledged without one of the in-sync components. */
    M_ACK_EARLY,
    /** A write is acknowledged when a stale record was sent, not when it is committed. */
    M_ACK_BEFORE_RECORD,
    /** A new owner serves before the unreachable components are recorded. */
    M_SERVE_EARLY,
    /** A new owner does not equalise. */
    M_NO_EQUALISE,
    /** A component is recorded stale since the newest write, not since the stable one. */
    M_SINCE_LATEST,
    /** Stable is what was sent, not what is on disk everywhere. */
    M_STABLE_SENT,
    /** Stable jumps over writes that are still on their way. */
    M_STABLE_GAP,
    /** A resync leaves out what only the returning component has. */
    M_LIST_SOURCE,
    /** A resync leaves out what the in-sync component has newer. */
    M_LIST_TARGET,
    /** A copy keeps the version it was read with. */
    M_COPY_OLDVER,
    /** A copy is read and written without the range lock. */
    M_COPY_NO_LOCK,
    /** Writes do not go to a component that is being resynced. */
    M_SYNC_NO_WRITES,
    /** Writes in flight when a resync begins are not sent to the component. */
    B_LIST_EARLY,
    /** A component is promoted before the writes sent to it are on disk. */
    M_PROMOTE_EARLY,
    /** A component counts for acks only once its promotion is known. */
    B_PROMOTE_LATE,
    /** Reads go to components that are being resynced. */
    M_READ_SYNCING,
    /** A read does not wait for a write in flight on its range. */
    M_READ_IN_FLIGHT,
    /** The lease is checked before the data are read, not after. */
    M_LEASE_READ,
    /** Reads without a lease are not confirmed. */
    CONFIRM_NONE,
    /** Reads without a lease are confirmed by the component that gave the data only. */
    CONFIRM_ONE,
    /** A write that one component never answered is never sent to it again. */
    M_NO_RESEND,
    /** A new session does not wait for the commands of the older one. */
    SESSION_NOT_DROPPED,
    /** A component with another store id is taken for in-sync. */
    STORE_ID_IGNORED,
    /** A component that lacks what it had acknowledged is taken for what was recorded. */
    LYING_DISK_BELIEVED,
    /** A stale component whose log is damaged is taken for whole up to where it became stale. */
    DAMAGE_BELIEVED,
    /** While data moves, writes go to the current ring only. */
    MOVE_NO_UNION,
    /** While data moves, what nodes gain does not count for acks after its promotion. */
    MOVE_NOT_COUNTED,
    /** A new owner takes the beginning of its own epoch for stable. */
    M_SINCE_EPOCH,
    /** Reads without a lease are confirmed by most of the components that count. */
    CONFIRM_MAJORITY,
    /** Without a lease, a write is acknowledged without one of the in-sync components. */
    ACK_SUBSET,
    /** Reads go to stale components. */
    READ_STALE,
    /** An in-sync component whose log is damaged is taken for whole. */
    DAMAGE_UNSEEN,
    /** A component acknowledges what is not on its disk yet. */
    ACK_UNSYNCED,
    /** A component acknowledges a TRIM and forgets it. */
    TRIM_FORGOTTEN,
    /** What was trimmed or zeroed is left out of resyncs and equalising. */
    TOMBSTONES_NOT_LISTED,
    /** Parts of pages are changed without the range lock. */
    WRITE_NO_LOCK
}
