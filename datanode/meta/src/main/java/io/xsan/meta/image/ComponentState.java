package io.xsan.meta.image;

/** State of a component in the metadata. */
public enum ComponentState {
    /** Holds everything acknowledged; counts for acks, may serve reads. */
    IN_SYNC,
    /** May lack what is newer than its since. */
    STALE,
    /** Being resynced under an attempt; gets all new writes, serves no reads. */
    SYNCING
}
