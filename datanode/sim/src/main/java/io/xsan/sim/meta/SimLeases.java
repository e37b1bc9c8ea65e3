package io.xsan.sim.meta;

import io.xsan.base.NodeId;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Command.TakeOver;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.lease.LeaseAnswer;
import io.xsan.meta.lease.LeaseConfig;
import io.xsan.meta.lease.LeaseTable;
import io.xsan.meta.takeover.TakeoverPolicy;
import io.xsan.sim.world.SimClock;
import io.xsan.sim.world.SimWorld;
import java.util.List;

/** The leader's side of the leases (rule 5): the real table on the clock of the leader. */
public final class SimLeases {
    /** How long leases are. */
    public static final LeaseConfig CONFIG = LeaseConfig.DEFAULT;

    private final SimWorld world;
    private final SimClock clock;
    private final LeaseTable table = new LeaseTable(CONFIG);

    /** No lease is held; the first leader leads from the beginning. */
    public SimLeases(SimWorld world) {
        this.world = world;
        int drift =
                (int)
                        world.random("leader")
                                .between(-SimClock.DRIFT_PPM_MAX, SimClock.DRIFT_PPM_MAX);
        clock = new SimClock(world, 0, drift);
        table.onLeader(ClusterImage.UNFORMED, clock.nanoTime());
    }

    /**
     * A life of a node whose engines have followed the metadata up to {@code followed} asks for its
     * lease; true if it gets it, counted from now.
     */
    public boolean renew(int node, long incarnation, long followed) {
        LeaseAnswer answer =
                table.renew(new NodeId(node), incarnation, followed, true, clock.nanoTime());
        if (answer == LeaseAnswer.BEHIND) {
            world.probes().hit("lease.refused");
        }
        return answer == LeaseAnswer.GRANTED;
    }

    /** A new leader: leases given by the old one may hold, so none is taken away for one lease. */
    void onLeader(ClusterImage start) {
        table.onLeader(start, clock.nanoTime());
    }

    void onImage(ClusterImage image) {
        table.onImage(image);
    }

    List<TakeOver.Change> plan(TakeoverPolicy policy, ClusterImage image) {
        return policy.plan(image, table, clock.nanoTime());
    }

    boolean allows(Command.GrantEpoch grant) {
        boolean isAllowed = table.mayGrantEpoch(grant.id(), grant.node(), clock.nanoTime());
        if (!isAllowed) {
            world.probes().hit("lease.waits");
        }
        return isAllowed;
    }
}
