package io.xsan.meta.decide;

import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.meta.image.ComponentState;
import io.xsan.meta.image.MoveRecord;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.RingRecord;
import io.xsan.meta.image.VolumePolicy;
import io.xsan.meta.image.VolumeRecord;
import io.xsan.meta.placement.BlockPlacement;
import io.xsan.meta.placement.RingSelection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Moving a volume's data to another ring (rule 11).
 *
 * <pre>
 *   StartMove: the new ring is next, what nodes gain is stale since 0
 *     --engine: resync of every gain, as of components--> all in sync
 *   CommitMove: next is the ring; components that it does not name leave
 *     --ComponentDropped by their nodes--> gone
 * </pre>
 */
final class MoveRules {
    /** Most components and gains of one volume: engines keep sets of them in the bits of a long. */
    private static final int TOGETHER_MAX = 64;

    private MoveRules() {}

    static Result start(Draft draft, Command.StartMove command) {
        Optional<VolumeRecord> known = VolumeRules.live(draft, command.id());
        if (known.isEmpty()) {
            return Refusals.noVolume(command.id());
        }
        VolumeRecord volume = known.get();
        RingRecord ring = command.ring();
        RingRecord last = volume.move().map(MoveRecord::ring).orElse(volume.ring());
        if (last.equals(ring)) {
            return draft.done(volume);
        }
        if (ring.version() != last.version() + 1) {
            return Refusals.conflict(
                    "ring.version",
                    "ring.version is " + ring.version() + "; allowed: " + (last.version() + 1));
        }
        return invalid(draft, volume, command)
                .map(refused -> (Result) refused)
                .orElseGet(() -> draft.donePutting(started(volume, command)));
    }

    private static Optional<Result.Refused> invalid(
            Draft draft, VolumeRecord volume, Command.StartMove command) {
        VolumePolicy policy = command.policy();
        int size = command.ring().members().size();
        if (policy.width() != size || policy.minReplicas() == 0) {
            return Optional.of(
                    Refusals.notAllowed(
                            "policy",
                            policy,
                            "complete ones, as wide as the ring, which has " + size));
        }
        return CreationRules.invalidPolicy(policy)
                .or(() -> invalidMembers(draft, volume, command.ring()))
                .or(() -> tooWide(volume, command.ring()))
                .or(() -> exceedsCapacity(draft, volume, policy));
    }

    private static Optional<Result.Refused> invalidMembers(
            Draft draft, VolumeRecord volume, RingRecord ring) {
        Set<NodeId> seen = new HashSet<>();
        for (RingRecord.Member member : ring.members()) {
            Optional<NodeRecord> node = draft.node(member.node());
            if (node.isEmpty()) {
                return Optional.of(Refusals.noNode("ring", member.node()));
            }
            boolean isFit =
                    node.get().hasStore()
                            && seen.add(member.node())
                            && member.weight() >= 1
                            && member.weight() <= RingSelection.WEIGHT_MAX
                            && member.domain().equals(node.get().domain());
            if (!isFit) {
                return Optional.of(
                        Refusals.notAllowed(
                                "ring",
                                member,
                                "nodes with a store, each once, in their own domain, of weight 1 to "
                                        + RingSelection.WEIGHT_MAX));
            }
            if (volume.leaving().stream().anyMatch(c -> c.node().equals(member.node()))) {
                return Optional.of(
                        Refusals.conflict(
                                "ring",
                                "node "
                                        + member.node()
                                        + " has yet to drop an earlier component of volume "
                                        + volume.name()));
            }
        }
        return Optional.empty();
    }

    private static Optional<Result.Refused> tooWide(VolumeRecord volume, RingRecord ring) {
        int together = volume.components().size() + ring.members().size();
        return together <= TOGETHER_MAX && ring.members().size() <= BlockPlacement.MEMBERS_MAX
                ? Optional.empty()
                : Optional.of(
                        Refusals.notAllowed(
                                "ring",
                                together,
                                "up to " + TOGETHER_MAX + " nodes of both rings together"));
    }

    /** Why the cluster cannot take the copies that {@code policy} adds. */
    private static Optional<Result.Refused> exceedsCapacity(
            Draft draft, VolumeRecord volume, VolumePolicy policy) {
        int added = policy.replicas() - volume.promisedReplicas();
        return added <= 0
                ? Optional.empty()
                : CreationRules.exceedsCapacity(draft.image(), added, volume.sizeBytes());
    }

    private static VolumeRecord started(VolumeRecord volume, Command.StartMove command) {
        // On a ring whose nodes hold every block nobody can gain one.
        boolean isEverywhere = volume.components().size() <= volume.policy().replicas();
        long newGeneration = volume.lastGeneration() + 1;
        List<ComponentRecord> gains = new ArrayList<>();
        for (RingRecord.Member member : command.ring().members()) {
            Optional<ComponentRecord> held = volume.component(member.node());
            if (held.isPresent() && isEverywhere) {
                continue;
            }
            Optional<ComponentRecord> earlier = volume.gain(member.node());
            long generation =
                    held.or(() -> earlier).map(ComponentRecord::generation).orElse(newGeneration);
            int attempt = earlier.map(ComponentRecord::attempt).orElse(0);
            gains.add(
                    new ComponentRecord(
                            member.node(), generation, ComponentState.STALE, 0, attempt, 0));
        }
        MoveRecord move = new MoveRecord(command.ring(), command.policy(), gains);
        return volume.withMove(
                Optional.of(move), leavingOnReplacement(volume, move), newGeneration);
    }

    /** What a move that is replaced had begun to make on nodes that are out of it now. */
    private static List<ComponentRecord> leavingOnReplacement(
            VolumeRecord volume, MoveRecord move) {
        List<ComponentRecord> leaving = new ArrayList<>(volume.leaving());
        for (ComponentRecord begun : volume.move().map(MoveRecord::gains).orElse(List.of())) {
            boolean isOut =
                    volume.component(begun.node()).isEmpty() && move.gain(begun.node()).isEmpty();
            if (isOut) {
                leaving.add(begun);
            }
        }
        return leaving;
    }

    static Result commit(Draft draft, Command.CommitMove command) {
        Optional<Result.Refused> fenced =
                ComponentRules.fenced(draft, command.id(), command.epoch());
        if (fenced.isPresent()) {
            return fenced.get();
        }
        VolumeRecord volume = draft.volume(command.id()).orElseThrow();
        if (volume.move().isEmpty() && volume.ring().version() == command.ringVersion()) {
            return draft.done(volume);
        }
        Optional<MoveRecord> move =
                volume.move().filter(m -> m.ring().version() == command.ringVersion());
        if (move.isEmpty()) {
            return Refusals.conflict(
                    "ringVersion",
                    "volume " + volume.name() + " does not move to ring " + command.ringVersion());
        }
        VolumeRecord moved = moved(volume, move.get());
        if (!move.get().isComplete() || !InSync.holdsForEveryBlock(moved)) {
            return Refusals.conflict(
                    "ringVersion", "not all that moves of volume " + volume.name() + " is in sync");
        }
        return draft.donePutting(
                moved.withMove(
                        Optional.empty(),
                        thoseWithStore(draft, moved.leaving()),
                        moved.lastGeneration()));
    }

    /** What a store held that is gone was dropped with it. */
    private static List<ComponentRecord> thoseWithStore(
            Draft draft, List<ComponentRecord> leaving) {
        return leaving.stream()
                .filter(c -> draft.node(c.node()).filter(NodeRecord::hasStore).isPresent())
                .toList();
    }

    private static VolumeRecord moved(VolumeRecord volume, MoveRecord move) {
        List<ComponentRecord> onRing =
                move.ring().members().stream()
                        .map(member -> joined(volume, move, member.node()))
                        .toList();
        List<ComponentRecord> leaving = new ArrayList<>(volume.leaving());
        for (ComponentRecord component : volume.components()) {
            if (onRing.stream().noneMatch(c -> c.node().equals(component.node()))) {
                leaving.add(component);
            }
        }
        return volume.movedTo(move, onRing, leaving);
    }

    /** The component of a node once what it gained is part of it: as good as the worse of both. */
    private static ComponentRecord joined(VolumeRecord volume, MoveRecord move, NodeId node) {
        Optional<ComponentRecord> held = volume.component(node);
        Optional<ComponentRecord> gained = move.gain(node);
        if (held.isEmpty() || gained.isEmpty()) {
            return held.or(() -> gained).orElseThrow();
        }
        int attempt = Math.max(held.get().attempt(), gained.get().attempt());
        return held.get().state() == ComponentState.IN_SYNC
                ? held.get().with(ComponentState.IN_SYNC, held.get().since(), attempt)
                : held.get().with(ComponentState.STALE, held.get().since(), attempt);
    }

    /** A node has dropped a component that left the ring. */
    static Result left(Draft draft, VolumeRecord volume, Command.ComponentDropped command) {
        Optional<ComponentRecord> leaving =
                volume.leaving().stream().filter(c -> c.node().equals(command.node())).findFirst();
        boolean isNamed =
                volume.component(command.node()).isPresent()
                        || volume.gain(command.node()).isPresent();
        if (isNamed) {
            return Refusals.of(
                    ErrorCode.CONFLICT,
                    "id",
                    "volume "
                            + volume.name()
                            + " has a component on node "
                            + command.node()
                            + ": drop nothing");
        }
        if (leaving.isEmpty()) {
            return draft.done(volume);
        }
        if (leaving.get().generation() != command.generation()) {
            return ComponentRules.otherGeneration(leaving.get(), command.generation());
        }
        return draft.donePutting(
                volume.withMove(
                        volume.move(),
                        volume.leaving().stream().filter(c -> c != leaving.get()).toList(),
                        volume.lastGeneration()));
    }
}
