package io.xsan.meta.placement;

import io.xsan.base.NodeId;
import io.xsan.meta.command.Command;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.ComponentState;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.RingRecord;
import io.xsan.meta.image.VolumePolicy;
import io.xsan.meta.image.VolumeRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Evens out how full nodes are: where the fullest is too far above the emptiest, the component of a
 * volume moves from one to the other. One at a time, on a cluster in which nothing else moves and
 * nothing is out of sync; never one that would turn the difference around, or that brings copies
 * together in one failure domain. A pure function of an image and of what nodes tell of their
 * space.
 */
public final class Rebalance {
    private final ClusterImage image;
    private final Map<NodeId, Use> use;
    private final double gap;
    private final RingChange change;

    /** What of a store is used, of what is usable, in bytes. */
    public record Use(long usedBytes, long usableBytes) {
        double part() {
            return part(0);
        }

        double part(double addedBytes) {
            return (usedBytes + addedBytes) / Math.max(1, usableBytes);
        }
    }

    private record Choice(VolumeRecord volume, NodeRecord to, double bytes) {}

    /**
     * For a cluster whose nodes {@code use} their stores so. {@code gapPercent} points between the
     * fullest and the emptiest are left alone.
     */
    public Rebalance(ClusterImage image, Map<NodeId, Use> use, int gapPercent) {
        this.image = image;
        this.use = Collections.unmodifiableMap(new TreeMap<>(use));
        this.gap = gapPercent / 100.0;
        this.change = new RingChange(image, Collections.emptySet());
    }

    /** The next move, if there is one. */
    public Optional<Command.StartMove> next() {
        boolean isKnown =
                image.storageNodes().stream().allMatch(node -> use.containsKey(node.id()));
        if (!isKnown || !image.volumes().values().stream().allMatch(Rebalance::isAtRest)) {
            return Optional.empty();
        }
        return image.storageNodes().stream()
                .filter(node -> !node.draining())
                .max(Comparator.comparingDouble(node -> use(node.id()).part()))
                .flatMap(this::emptied);
    }

    private static boolean isAtRest(VolumeRecord volume) {
        return !volume.deleting()
                && volume.move().isEmpty()
                && volume.leaving().isEmpty()
                && volume.components().stream().allMatch(c -> c.state() == ComponentState.IN_SYNC);
    }

    private Use use(NodeId node) {
        return use.getOrDefault(node, new Use(0, 0));
    }

    /** What to take from the fullest node: the most that the others can have. */
    private Optional<Command.StartMove> emptied(NodeRecord fullest) {
        List<Choice> choices = new ArrayList<>();
        for (NodeRecord to : image.placementNodes()) {
            if (use(fullest.id()).part() - use(to.id()).part() <= gap) {
                continue;
            }
            for (VolumeRecord volume : image.volumes().values()) {
                double bytes = bytesOn(volume, fullest.id());
                if (bytes > 0 && isFit(volume, fullest, to, bytes)) {
                    choices.add(new Choice(volume, to, bytes));
                }
            }
        }
        // A volume stays with its owner where another will do.
        return choices.stream()
                .min(
                        Comparator.<Choice>comparingInt(
                                        c -> c.volume().owner().equals(fullest.id()) ? 1 : 0)
                                .thenComparingDouble(c -> use(c.to().id()).part())
                                .thenComparingDouble(c -> -c.bytes())
                                .thenComparing(c -> c.volume().id()))
                .map(choice -> move(choice, fullest));
    }

    /** What of the used bytes of a node is taken to be the volume's. */
    private double bytesOn(VolumeRecord volume, NodeId node) {
        double[] shares = RingShares.of(volume.ring(), volume.policy().replicas());
        List<RingRecord.Member> members = volume.ring().members();
        double load = change.load(node);
        for (int i = 0; i < shares.length; i++) {
            if (members.get(i).node().equals(node) && load > 0) {
                return use(node).usedBytes() * shares[i] * volume.sizeBytes() / load;
            }
        }
        return 0;
    }

    private boolean isFit(VolumeRecord volume, NodeRecord from, NodeRecord to, double bytes) {
        List<RingRecord.Member> members = volume.ring().members();
        boolean staysApart =
                from.domain().equals(to.domain())
                        || members.stream().noneMatch(m -> m.domain().equals(to.domain()));
        return staysApart
                && !RingChange.taken(volume, members).contains(to.id())
                && use(to.id()).part(bytes) <= use(from.id()).part(-bytes);
    }

    private Command.StartMove move(Choice choice, NodeRecord from) {
        VolumeRecord volume = choice.volume();
        List<RingRecord.Member> members = new ArrayList<>(volume.ring().members());
        members.removeIf(member -> member.node().equals(from.id()));
        members.add(change.member(choice.to()));
        members.sort(Comparator.comparing(RingRecord.Member::node));
        VolumePolicy policy = volume.policy();
        return new Command.StartMove(
                volume.id(), new RingRecord(volume.ring().version() + 1, members), policy);
    }
}
