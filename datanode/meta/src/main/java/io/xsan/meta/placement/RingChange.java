package io.xsan.meta.placement;

import io.xsan.base.NodeId;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.MoveRecord;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.RingRecord;
import io.xsan.meta.image.VolumePolicy;
import io.xsan.meta.image.VolumeRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Other nodes for a ring, in no more places than has to be: in failure domains that the ring is not
 * in while there are such, then where there is least to carry.
 */
final class RingChange {
    private final ClusterImage image;
    private final Set<NodeId> lost;
    private final Map<NodeId, Double> load;

    /** Changes among the nodes of {@code image} that are neither draining nor in {@code lost}. */
    RingChange(ClusterImage image, Set<NodeId> lost) {
        this.image = image;
        this.lost = lost;
        this.load = RingShares.load(image);
    }

    /** The ring that the volume goes to, or has. */
    static RingRecord last(VolumeRecord volume) {
        return volume.move().map(MoveRecord::ring).orElse(volume.ring());
    }

    /** The policy that the volume is going to have, or has. */
    static VolumePolicy policy(VolumeRecord volume) {
        return volume.move().map(MoveRecord::policy).orElse(volume.policy());
    }

    /** True if data may be placed on the node. */
    boolean mayHold(NodeId node) {
        return !lost.contains(node)
                && image.node(node).filter(n -> n.hasStore() && !n.draining()).isPresent();
    }

    /**
     * The members of the volume's last ring without {@code unwanted}, made {@code width} by taking
     * out or putting in others. Fewer where the cluster has no more.
     */
    List<RingRecord.Member> members(VolumeRecord volume, Set<NodeId> unwanted, int width) {
        List<RingRecord.Member> members = new ArrayList<>(last(volume).members());
        members.removeIf(member -> unwanted.contains(member.node()));
        while (members.size() > width) {
            members.remove(mostDispensable(volume, members));
        }
        boolean isGrowing = true;
        while (members.size() < width && isGrowing) {
            isGrowing = best(volume, members).map(node -> members.add(member(node))).orElse(false);
        }
        members.sort(Comparator.comparing(RingRecord.Member::node));
        return List.copyOf(members);
    }

    /** One that may not hold data, or shares its domain with others, or has most to carry. */
    private RingRecord.Member mostDispensable(
            VolumeRecord volume, List<RingRecord.Member> members) {
        Map<String, Long> perDomain =
                members.stream()
                        .collect(
                                Collectors.groupingBy(
                                        RingRecord.Member::domain, Collectors.counting()));
        return members.stream()
                .max(
                        Comparator.<RingRecord.Member>comparingInt(m -> mayHold(m.node()) ? 0 : 1)
                                .thenComparing(m -> perDomain.getOrDefault(m.domain(), 0L))
                                .thenComparing(m -> m.node().equals(volume.owner()) ? 0 : 1)
                                .thenComparing(m -> fullness(m.node()))
                                .thenComparing(RingRecord.Member::node))
                .orElseThrow();
    }

    /** The node to add to a ring: in a domain that is not there, and with least to carry. */
    private Optional<NodeRecord> best(VolumeRecord volume, List<RingRecord.Member> members) {
        Set<String> domains =
                members.stream().map(RingRecord.Member::domain).collect(Collectors.toSet());
        Set<NodeId> taken = taken(volume, members);
        return image.placementNodes().stream()
                .filter(node -> mayHold(node.id()) && !taken.contains(node.id()))
                .min(
                        Comparator.<NodeRecord>comparingInt(
                                        node -> domains.contains(node.domain()) ? 1 : 0)
                                .thenComparingDouble(node -> fullness(node.id()))
                                .thenComparingLong(
                                        n -> Mix.of(volume.id().value(), n.id().value())));
    }

    /** Nodes that cannot be put in: they are there, or have yet to drop what they held. */
    static Set<NodeId> taken(VolumeRecord volume, List<RingRecord.Member> members) {
        Set<NodeId> taken = new HashSet<>();
        members.forEach(member -> taken.add(member.node()));
        volume.leaving().forEach(component -> taken.add(component.node()));
        return taken;
    }

    private double fullness(NodeId node) {
        long usable = image.node(node).map(NodeRecord::usableBytes).orElse(0L);
        return load.getOrDefault(node, 0.0) / Math.max(1, usable);
    }

    /** The bytes of volumes that a node is to carry. */
    double load(NodeId node) {
        return load.getOrDefault(node, 0.0);
    }

    /** A node as a member of a ring. */
    RingRecord.Member member(NodeRecord node) {
        long largest =
                image.storageNodes().stream().mapToLong(NodeRecord::usableBytes).max().orElse(1);
        return new RingRecord.Member(node.id(), RingSelection.weight(node, largest), node.domain());
    }
}
