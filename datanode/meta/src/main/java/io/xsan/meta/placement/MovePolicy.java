package io.xsan.meta.placement;

import io.xsan.base.NodeId;
import io.xsan.meta.command.Command;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.meta.image.ComponentState;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.RingRecord;
import io.xsan.meta.image.VolumePolicy;
import io.xsan.meta.image.VolumeRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What has to move, so that nothing stays where it must not: on a node that is draining, or on one
 * that is lost and whose component is not in sync. A pure function of an image; the leader of the
 * metadata proposes what it says. A ring changes in no more places than it has to.
 */
public final class MovePolicy {
    /** Most volumes whose data move at a time. */
    public static final int MOVES_MAX = 8;

    private final ClusterImage image;
    private final Set<NodeId> lost;
    private final RingChange change;

    /** A policy for {@code image}; the nodes {@code lost} are not expected to come back. */
    public MovePolicy(ClusterImage image, Set<NodeId> lost) {
        this.image = image;
        this.lost = Collections.unmodifiableSet(new TreeSet<>(lost));
        this.change = new RingChange(image, this.lost);
    }

    /** What to propose next: starts of moves, and changes of owners that are draining. */
    public List<Command> next() {
        List<Command> commands = new ArrayList<>();
        long moving = live().stream().filter(v -> v.move().isPresent()).count();
        for (VolumeRecord volume : live()) {
            ownerElsewhere(volume)
                    .ifPresent(to -> commands.add(new Command.MoveVolume(volume.id(), to)));
            if (unwanted(volume).isEmpty() || volume.move().isEmpty() && moving >= MOVES_MAX) {
                continue;
            }
            Optional<Command.StartMove> move = move(volume);
            if (move.isPresent()) {
                commands.add(move.get());
                moving += volume.move().isPresent() ? 0 : 1;
            }
        }
        return commands;
    }

    /**
     * The move that gives a volume another {@code policy}, which is complete. Its ring has fewer
     * nodes than {@code policy.width()} where the cluster has no more.
     */
    public Command.StartMove reshaped(VolumeRecord volume, VolumePolicy policy) {
        return move(volume, change.members(volume, unwanted(volume), policy.width()), policy);
    }

    /**
     * Why {@code node} cannot be emptied as the cluster is, one sentence per reason that a person
     * can act on; empty if it can.
     */
    public List<String> obstacles(NodeId node) {
        Set<NodeId> gone = new HashSet<>(lost);
        gone.add(node);
        MovePolicy without = new MovePolicy(image, gone);
        List<String> reasons = new ArrayList<>();
        for (VolumeRecord volume : live()) {
            if (volume.component(node).isEmpty()) {
                continue;
            }
            if (without.ringWithout(volume, Set.of(node)).isEmpty()) {
                reasons.add(
                        "volume "
                                + volume.name()
                                + " has "
                                + volume.policy().replicas()
                                + " replicas and no other node has room for its component; add a"
                                + " node");
            } else if (isOnlySource(volume, node)) {
                reasons.add(
                        "volume "
                                + volume.name()
                                + " has blocks whose only up-to-date copy is on node "
                                + node
                                + "; wait until its other components are in sync");
            }
        }
        return reasons;
    }

    /** True if the other in-sync components do not cover every block. */
    private static boolean isOnlySource(VolumeRecord volume, NodeId node) {
        long others =
                volume.components().stream()
                        .filter(c -> !c.node().equals(node))
                        .filter(c -> c.state() == ComponentState.IN_SYNC)
                        .count();
        return others + volume.policy().replicas() <= volume.components().size();
    }

    private List<VolumeRecord> live() {
        return image.volumes().values().stream().filter(v -> !v.deleting()).toList();
    }

    /** A node to own the volume instead of one that is draining. */
    private Optional<NodeId> ownerElsewhere(VolumeRecord volume) {
        boolean isDraining = image.node(volume.owner()).map(NodeRecord::draining).orElse(false);
        if (!isDraining || volume.move().isPresent()) {
            return Optional.empty();
        }
        return volume.components().stream()
                .filter(c -> c.state() == ComponentState.IN_SYNC && change.mayHold(c.node()))
                .map(ComponentRecord::node)
                .min(Comparator.comparingLong(n -> Mix.of(volume.id().value(), n.value())));
    }

    private Set<NodeId> unwanted(VolumeRecord volume) {
        return RingChange.last(volume).members().stream()
                .map(RingRecord.Member::node)
                .filter(node -> isUnwanted(volume, node))
                .collect(Collectors.toSet());
    }

    private boolean isUnwanted(VolumeRecord volume, NodeId node) {
        boolean isInSync =
                volume.component(node).or(() -> volume.gain(node)).stream()
                        .allMatch(c -> c.state() == ComponentState.IN_SYNC);
        boolean isDraining = image.node(node).map(NodeRecord::draining).orElse(false);
        return isDraining || lost.contains(node) && !isInSync;
    }

    private Optional<Command.StartMove> move(VolumeRecord volume) {
        return ringWithout(volume, unwanted(volume))
                .map(members -> move(volume, members, RingChange.policy(volume)));
    }

    private static Command.StartMove move(
            VolumeRecord volume, List<RingRecord.Member> members, VolumePolicy policy) {
        return new Command.StartMove(
                volume.id(),
                new RingRecord(RingChange.last(volume).version() + 1, members),
                new VolumePolicy(policy.replicas(), policy.minReplicas(), members.size()));
    }

    /** The members of the volume's ring with others in place of {@code unwanted}, if there are. */
    private Optional<List<RingRecord.Member>> ringWithout(
            VolumeRecord volume, Set<NodeId> unwanted) {
        int width = RingChange.last(volume).members().size();
        List<RingRecord.Member> members = change.members(volume, unwanted, width);
        return members.size() >= RingChange.policy(volume).replicas()
                ? Optional.of(members)
                : Optional.empty();
    }
}
