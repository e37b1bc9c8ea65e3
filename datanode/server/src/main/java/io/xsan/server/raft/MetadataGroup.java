package io.xsan.server.raft;

import io.xsan.base.seam.ConsensusLog;
import io.xsan.meta.lease.LeaseAnswer;
import io.xsan.server.config.DatanodeConfig;
import java.io.IOException;
import java.util.List;

/** The metadata group as this datanode reaches it: as one of its members, or from outside. */
public interface MetadataGroup extends ConsensusLog, AutoCloseable {
    /** Number of the leader's node, 0 if none is known. Any thread. */
    int leaderNode();

    /** The members as far as they are known here. Any thread. */
    List<DatanodeConfig.Member> members();

    /** Asks this node, as the leader, for the lease of a node; see LeaseTable. Any thread. */
    LeaseAnswer renewLease(int node, long incarnation, long followedIndex);

    /**
     * If this node leads, makes another member the leader, which takes a fraction of the time of an
     * election after its end. Answers whether that one took it over, within {@code timeoutMillis}.
     */
    boolean giveUpLead(int successor, long timeoutMillis);

    /** Ends this node's part; the log is durable on return. */
    @Override
    void close() throws IOException;
}
