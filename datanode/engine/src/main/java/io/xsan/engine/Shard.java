package io.xsan.engine;

import io.xsan.base.ErrorCode;
import io.xsan.meta.image.ClusterImage;
import io.xsan.protocol.Network;

/**
 * Everything of one shard of a datanode: its components, and the engines of the volumes that this
 * node owns. Driven by the server's event loop and by the simulator through exactly these calls,
 * all on the shard. A turn is any number of events, then {@link #endTurn}.
 */
public interface Shard extends Network.Receiver {
    /** A newer image of the metadata (older ones are ignored): components and engines follow it. */
    void onImage(ClusterImage image);

    /**
     * The lease of this datanode holds until {@code untilNanos} on the shard's clock, as counted by
     * the holder (rule 5); only ever grows. Never called: the engines go on confirmed.
     */
    void onLease(long untilNanos);

    /**
     * Time passes: deadlines, resync pace, the store's own work. About every 10 ms and when idle.
     */
    void onTick(long nowNanos);

    /** Ends a turn: group commit, then everything that was to be sent. */
    void endTurn(long nowNanos);

    /**
     * Opens a session of {@code attachmentId} (from the metadata) on a volume that this node owns.
     * {@code sessionId} grows with each life of the host's connections; a new one drops the older
     * ones. The listener gets onDropped with NOT_OWNER, VOLUME_NOT_FOUND, PERMISSION_DENIED or
     * CLUSTER_NOT_READY if it cannot be.
     */
    void connect(long volumeId, long attachmentId, long sessionId, VolumeSession.Listener listener);

    /**
     * Begins a round of the scrub of a volume that this node owns, as fast as may be, unless one
     * that was asked for is under way. Its progress is in the status. OK, NOT_OWNER,
     * VOLUME_NOT_FOUND, or CLUSTER_NOT_READY before the first image.
     */
    ErrorCode scrub(long volumeId);

    /** State of all engines and components, for status displays and checkers. */
    ShardStatus status();

    /**
     * Ends in order: sessions, engines, store. {@code done} runs on the shard when everything is
     * durable.
     */
    void close(Runnable done);
}
