package io.xsan.meta.takeover;

import io.xsan.base.NodeId;
import io.xsan.meta.command.Command.TakeOver;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.meta.image.ComponentState;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.VolumeRecord;
import io.xsan.meta.lease.LeaseTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the volumes whose owner holds no lease, and for each the datanode that takes it over: one
 * that holds a lease and has an in-sync component, of those the one that owns fewest. Asked again
 * and again by the leader. One thread.
 *
 * <p>It is quiet for a while after its process has started, so that in a start of the whole cluster
 * slow datanodes keep what they own, and after it was not asked for a while: the machine has stood
 * still, and the renewals that came meanwhile are not heard yet.
 */
public final class TakeoverPolicy {
    /** So often {@link #plan} is to be called. */
    public static final long ASK_NANOS = 50_000_000L;

    /** Not asked for so long means that this process has stood still. */
    private static final long GAP_NANOS = 10 * ASK_NANOS;

    private final long startQuietNanos;
    private final long gapQuietNanos;
    private boolean wasAsked;
    private long askedNanos;
    private long quietUntilNanos;

    /**
     * {@code startQuietNanos}: how long after the first call nothing is taken over; {@code
     * gapQuietNanos}: as long after a gap, about the time between two renewals of a lease.
     */
    public TakeoverPolicy(long startQuietNanos, long gapQuietNanos) {
        this.startQuietNanos = startQuietNanos;
        this.gapQuietNanos = gapQuietNanos;
    }

    /**
     * What is to be taken over at {@code nowNanos}, at most {@link TakeOver#CHANGES_MAX} volumes;
     * empty where {@code leases} is not a leader's. {@code image} is the newest one.
     */
    public List<TakeOver.Change> plan(ClusterImage image, LeaseTable leases, long nowNanos) {
        if (!isAwake(nowNanos)) {
            return List.of();
        }
        Map<NodeId, Integer> owned = new HashMap<>();
        image.volumes().values().forEach(v -> owned.merge(v.owner(), 1, Integer::sum));
        List<TakeOver.Change> plan = new ArrayList<>();
        for (VolumeRecord volume : image.volumes().values()) {
            boolean isOrphaned = !volume.deleting() && leases.isExpired(volume.owner(), nowNanos);
            Optional<NodeId> to =
                    isOrphaned
                            ? successor(image, volume, leases, nowNanos, owned)
                            : Optional.empty();
            if (to.isPresent() && plan.size() < TakeOver.CHANGES_MAX) {
                plan.add(
                        new TakeOver.Change(volume.id(), volume.epoch(), volume.owner(), to.get()));
                owned.merge(to.get(), 1, Integer::sum);
            }
        }
        return plan;
    }

    private boolean isAwake(long nowNanos) {
        if (!wasAsked) {
            wasAsked = true;
            quietUntilNanos = nowNanos + startQuietNanos;
        } else if (nowNanos - askedNanos > GAP_NANOS) {
            long quiet = nowNanos + gapQuietNanos;
            quietUntilNanos = quiet - quietUntilNanos > 0 ? quiet : quietUntilNanos;
        }
        askedNanos = nowNanos;
        return nowNanos - quietUntilNanos >= 0;
    }

    private static boolean isDraining(ClusterImage image, NodeId node) {
        return image.node(node).map(NodeRecord::draining).orElse(false);
    }

    private static Optional<NodeId> successor(
            ClusterImage image,
            VolumeRecord volume,
            LeaseTable leases,
            long nowNanos,
            Map<NodeId, Integer> owned) {
        return volume.components().stream()
                .filter(component -> component.state() == ComponentState.IN_SYNC)
                .map(ComponentRecord::node)
                .filter(node -> leases.isHeld(node, nowNanos))
                .min(
                        Comparator.comparing((NodeId node) -> isDraining(image, node))
                                .thenComparing(node -> owned.getOrDefault(node, 0))
                                .thenComparing(NodeId::value));
    }
}
