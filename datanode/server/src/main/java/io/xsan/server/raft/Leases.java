package io.xsan.server.raft;

import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.base.seam.Clock;
import io.xsan.meta.command.Command.TakeOver;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.lease.LeaseAnswer;
import io.xsan.meta.lease.LeaseConfig;
import io.xsan.meta.lease.LeaseTable;
import io.xsan.meta.takeover.TakeoverPolicy;
import java.util.List;

/** The lease table of this member, for the threads of Raft and of the API. */
final class Leases {
    private final LeaseTable table = new LeaseTable(LeaseConfig.DEFAULT);
    private final Clock clock;
    private ClusterImage image = ClusterImage.UNFORMED;

    Leases(Clock clock) {
        this.clock = clock;
    }

    synchronized void onLeader(ClusterImage image) {
        this.image = image;
        table.onLeader(image, clock.nanoTime());
    }

    synchronized void onFollower() {
        table.onFollower();
    }

    synchronized void onImage(ClusterImage image) {
        this.image = image;
        table.onImage(image);
    }

    /** The volumes that {@code policy} gives to others now. */
    synchronized List<TakeOver.Change> plan(TakeoverPolicy policy) {
        return policy.plan(image, table, clock.nanoTime());
    }

    synchronized LeaseAnswer renew(
            int node, long incarnation, long followedIndex, boolean isConfirmed) {
        return table.renew(
                new NodeId(node), incarnation, followedIndex, isConfirmed, clock.nanoTime());
    }

    synchronized boolean mayGrantEpoch(VolumeId volume, NodeId node) {
        return table.mayGrantEpoch(volume, node, clock.nanoTime());
    }
}
