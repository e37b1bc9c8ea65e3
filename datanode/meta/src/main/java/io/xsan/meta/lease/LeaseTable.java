package io.xsan.meta.lease;

import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.VolumeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The leases that the leader of the metadata has granted, and what must wait for their end. A lease
 * covers all volumes of a datanode, so a live datanode would keep it for ever: what ends its right
 * to one volume is either that it says it has followed the metadata past the change of owner (its
 * engine has ended then), or that its lease ran out, because it is renewed only to datanodes that
 * have.
 *
 * <p>Who proposes {@code GrantEpoch} asks {@link #mayGrantEpoch} first. One thread.
 */
public final class LeaseTable {
    private final LeaseConfig config;
    private final Map<NodeId, Long> expiryNanos = new TreeMap<>();
    private final Map<NodeId, Long> followedIndex = new TreeMap<>();
    private final Map<NodeId, Long> requiredIndex = new TreeMap<>();
    private final Map<VolumeId, List<Loss>> losses = new TreeMap<>();
    private ClusterImage image = ClusterImage.UNFORMED;
    private boolean isLeader;
    private long startIndex;
    private long waitEndNanos;

    /** A datanode that has lost a volume at an index. */
    private record Loss(NodeId node, long index) {}

    /** The table of a member that does not lead. */
    public LeaseTable(LeaseConfig config) {
        this.config = config;
    }

    /**
     * This member leads from now on; {@code start} holds everything that was committed before.
     * Leases of an earlier leader are waited out before anything is taken away.
     */
    public void onLeader(ClusterImage start, long nowNanos) {
        onFollower();
        isLeader = true;
        image = start;
        startIndex = start.index();
        waitEndNanos = nowNanos + config.leaderNanos();
    }

    /** This member does not lead any more. */
    public void onFollower() {
        isLeader = false;
        expiryNanos.clear();
        followedIndex.clear();
        requiredIndex.clear();
        losses.clear();
    }

    /** A newer image; the leader gives every one before it answers anybody by it. */
    public void onImage(ClusterImage next) {
        if (isLeader && next.index() > image.index()) {
            for (VolumeRecord before : image.volumes().values()) {
                VolumeRecord after = next.volumes().get(before.id());
                if (after == null) {
                    losses.remove(before.id());
                } else if (after != before) {
                    changed(before, after, next.index());
                }
            }
        }
        image = next;
    }

    /**
     * Asks for the lease of life {@code incarnation} of {@code node}. {@code followed} is the index
     * of an image after which none of its engines ran, not even to end what it had begun, for a
     * volume that the image gives to another owner. {@code isConfirmed}: a majority has confirmed
     * this leader in answers to requests sent less than an election timeout ago. Answer at once:
     * the leader counts from {@code nowNanos}.
     */
    public LeaseAnswer renew(
            NodeId node, long incarnation, long followed, boolean isConfirmed, long nowNanos) {
        if (!isLeader) {
            return LeaseAnswer.NOT_LEADER;
        }
        if (!isConfirmed) {
            return LeaseAnswer.UNCONFIRMED;
        }
        boolean isKnown =
                image.node(node).filter(known -> known.incarnation() == incarnation).isPresent();
        if (!isKnown) {
            return LeaseAnswer.OTHER_INCARNATION;
        }
        if (followed < Math.max(startIndex, requiredIndex.getOrDefault(node, 0L))) {
            return LeaseAnswer.BEHIND;
        }
        followedIndex.merge(node, followed, Math::max);
        expiryNanos.put(node, nowNanos + config.leaderNanos());
        return LeaseAnswer.GRANTED;
    }

    /** True if this leader has given {@code node} a lease that has not run out by its count. */
    public boolean isHeld(NodeId node, long nowNanos) {
        Long expiry = expiryNanos.get(node);
        return isLeader && expiry != null && nowNanos - expiry < 0;
    }

    /** True if {@code node} surely holds no lease: what it serves may be taken away. */
    public boolean isExpired(NodeId node, long nowNanos) {
        if (!isLeader || nowNanos - waitEndNanos < 0) {
            return false;
        }
        Long expiry = expiryNanos.get(node);
        return expiry == null || nowNanos - expiry >= 0;
    }

    /**
     * True if {@code node} may be granted an epoch of a volume: it owns it, and no earlier owner
     * can answer a read by its lease any more. If not, it may be asked again after a while. Holds
     * for a command that is appended to the log right after, before another one is asked about.
     */
    public boolean mayGrantEpoch(VolumeId id, NodeId node, long nowNanos) {
        Optional<VolumeRecord> volume = image.volume(id);
        if (!isLeader || volume.isEmpty() || !volume.get().owner().equals(node)) {
            return false;
        }
        boolean isFirst = volume.get().epoch() == 0;
        boolean isRestart = volume.get().ownerIncarnation() != 0;
        if (isFirst || isRestart) {
            return true;
        }
        // Who lost it before this member led may have a lease of an earlier leader; this one has
        // renewed it only to those that have followed up to its start.
        return nowNanos - waitEndNanos >= 0
                && losses.getOrDefault(id, List.of()).stream()
                        .allMatch(loss -> hasEnded(loss, nowNanos));
    }

    private boolean hasEnded(Loss loss, long nowNanos) {
        return followedIndex.getOrDefault(loss.node(), 0L) >= loss.index()
                || isExpired(loss.node(), nowNanos);
    }

    private void changed(VolumeRecord before, VolumeRecord after, long index) {
        if (after.ownerIncarnation() != 0) {
            losses.remove(after.id());
        }
        if (after.owner().equals(before.owner())) {
            return;
        }
        requiredIndex.merge(before.owner(), index, Math::max);
        losses.computeIfAbsent(before.id(), _ -> new ArrayList<>())
                .add(new Loss(before.owner(), index));
    }
}
