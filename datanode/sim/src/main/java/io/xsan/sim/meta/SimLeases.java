package io.xsan.sim.meta;

import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.meta.command.Command;
import io.xsan.meta.image.ClusterImage;
import io.xsan.sim.world.SimWorld;
import java.util.TreeMap;

/**
 * The leader's side of the leases (rule 5): one per node, counted in true time from its answer. An
 * epoch is not granted to another node before the former owner has said that it saw the move, its
 * process was replaced by a new one, or its lease has run out; meanwhile it gets no new lease.
 */
public final class SimLeases {
    /** Length of a lease. */
    public static final long LEASE_NANOS = 2 * SimWorld.SECOND_NANOS;

    /** What a holder takes off for the drift of clocks. */
    public static final long MARGIN_NANOS = LEASE_NANOS / 50;

    private record Holder(int node, long incarnation) {}

    private final SimWorld world;
    private final TreeMap<VolumeId, Holder> owners = new TreeMap<>();
    private final TreeMap<Integer, Long> expiries = new TreeMap<>();
    private final TreeMap<Integer, Long> seen = new TreeMap<>();
    private final TreeMap<Integer, Long> wanted = new TreeMap<>();
    private final TreeMap<VolumeId, Long> moves = new TreeMap<>();
    private long takesNothingUntil;

    /** No lease is held. */
    public SimLeases(SimWorld world) {
        this.world = world;
    }

    /**
     * A node that has seen the image of {@code index} asks for its lease; true if it gets it,
     * counted from now.
     */
    public boolean renew(int node, long index) {
        seen.merge(node, index, Math::max);
        if (wanted.getOrDefault(node, 0L) > index) {
            world.probes().hit("lease.refused");
            return false;
        }
        wanted.remove(node);
        expiries.put(node, world.now() + LEASE_NANOS);
        return true;
    }

    /** A new leader: leases given by the old one may hold, so none is taken away for one lease. */
    public void onLeaderChange() {
        takesNothingUntil = world.now() + LEASE_NANOS;
    }

    /** True if the grant may be decided now. */
    boolean allows(Command.GrantEpoch grant, ClusterImage image) {
        Holder holder = owners.get(grant.id());
        if (holder == null || holder.node() == grant.node().value()) {
            return true;
        }
        if (!isOwner(grant, image) || isReplaced(holder, image)) {
            return true;
        }
        long index = image.index();
        if (seen.getOrDefault(holder.node(), 0L) >= moves.getOrDefault(grant.id(), index)) {
            return true;
        }
        wanted.merge(holder.node(), index, Math::max);
        boolean hasRunOut =
                expiries.getOrDefault(holder.node(), 0L) <= world.now()
                        && takesNothingUntil <= world.now();
        if (hasRunOut) {
            world.probes().hit("lease.ran-out");
        }
        return hasRunOut;
    }

    private static boolean isOwner(Command.GrantEpoch grant, ClusterImage image) {
        return image.volume(grant.id()).filter(v -> v.owner().equals(grant.node())).isPresent();
    }

    private static boolean isReplaced(Holder holder, ClusterImage image) {
        return image.node(new NodeId(holder.node()))
                .filter(node -> node.incarnation() != holder.incarnation())
                .isPresent();
    }

    /** A command was applied at the index of {@code image}. */
    void onApplied(Command command, boolean isDone, ClusterImage image) {
        if (!isDone) {
            return;
        }
        if (command instanceof Command.GrantEpoch grant) {
            owners.put(grant.id(), new Holder(grant.node().value(), grant.incarnation()));
        } else if (command instanceof Command.MoveVolume move) {
            moves.put(move.id(), image.index());
        }
    }
}
