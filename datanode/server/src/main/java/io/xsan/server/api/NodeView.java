package io.xsan.server.api;

import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.log.Level;
import io.xsan.engine.ShardStatus;
import io.xsan.meta.heartbeat.HeardNode;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.lease.LeaseAnswer;
import io.xsan.server.config.DatanodeConfig;
import io.xsan.server.shard.DeviceStatus;
import io.xsan.server.traffic.ShardTraffic;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What the API needs of the datanode it is part of. Any thread. */
public interface NodeView {
    /** The configuration. */
    DatanodeConfig config();

    /** The newest image. */
    ClusterImage image();

    /** Number of the leader of the metadata, 0 if none is known. */
    int leaderNode();

    /** True while the lease of this node holds. */
    boolean hasLease();

    /** What the shard is doing. */
    ShardStatus shardStatus();

    /** How each device of this node is. */
    List<DeviceStatus> devices();

    /** Deletes a component here that the metadata does not know; see ShardCore. */
    CompletableFuture<ErrorCode> dropOrphan(long volume, long generation);

    /** Begins to scrub a volume that this node owns; see Shard. */
    ErrorCode scrub(long volume);

    /** What goes in and out of the shard. */
    ShardTraffic traffic();

    /** Events logged so far, by level. */
    Map<String, Long> logCounts();

    /** A fresh id. */
    long newId();

    /** Wall clock, milliseconds. */
    long wallMillis();

    /** Asks this node, as leader, for the lease of another. */
    LeaseAnswer renewLease(int node, long incarnation, long followedIndex);

    /** Changes the log level. */
    void setLogLevel(Level level);

    /** An image newer than {@code index}, or after so long the newest one there is. */
    ClusterImage awaitNewer(long index, long timeoutMillis);

    /** The members of the metadata group as far as they are known here. */
    List<DatanodeConfig.Member> members();

    /** Takes a peer into the metadata group; errors are errors of the API. */
    void admit(String peerId, DatanodeConfig.Member member);

    /** Takes a node out of the metadata group; errors are errors of the API. */
    void dismiss(int node);

    /** What was heard of the nodes by heartbeats. */
    Map<NodeId, HeardNode> heard();

    /** Monotonic clock, nanoseconds. */
    long nanoTime();

    /** Waits until the image has reached {@code index}, or a few seconds. */
    void awaitImage(long index);
}
