package io.xsan.meta.lease;

/** What a datanode is told that asked for its lease. */
public enum LeaseAnswer {
    /** It has the lease, for the configured duration from when it sent the request. */
    GRANTED,
    /** The node asked does not lead. */
    NOT_LEADER,
    /** The leader cannot tell whether it still leads. */
    UNCONFIRMED,
    /** The metadata knows another life of this node. */
    OTHER_INCARNATION,
    /**
     * The node must first follow the metadata further: it has lost volumes that it may still serve.
     */
    BEHIND
}
