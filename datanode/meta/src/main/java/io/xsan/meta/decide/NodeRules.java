package io.xsan.meta.decide;

import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.meta.image.ComponentState;
import io.xsan.meta.image.MoveRecord;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.VolumeRecord;
import java.util.List;
import java.util.Optional;

/** Datanodes: coming, coming back, coming back empty. */
final class NodeRules {
    private NodeRules() {}

    static Result register(Draft draft, Command.RegisterNode command) {
        NodeRecord node = command.node();
        Optional<Result.Refused> invalid = invalid(node);
        if (invalid.isPresent()) {
            return invalid.get();
        }
        int level = draft.image().featureLevel();
        if (node.featureLevelMax() < level) {
            return Refusals.of(
                    ErrorCode.UNSUPPORTED,
                    "featureLevelMax",
                    "featureLevelMax is "
                            + node.featureLevelMax()
                            + "; the cluster is at level "
                            + level);
        }
        Optional<NodeRecord> known = draft.node(node.id());
        if (known.isPresent()
                && known.get().hasStore()
                && known.get().storeId() != node.storeId()) {
            return Refusals.of(
                    ErrorCode.IDENTITY_MISMATCH,
                    "storeId",
                    "storeId is "
                            + Long.toHexString(node.storeId())
                            + "; node "
                            + node.id()
                            + " is known with store "
                            + Long.toHexString(known.get().storeId())
                            + " until it is replaced by command");
        }
        if (known.isEmpty() && draft.image().nodes().size() >= Limits.NODES_MAX) {
            return Refusals.of(
                    ErrorCode.BUSY, "node", "there are " + Limits.NODES_MAX + " nodes, the most");
        }
        NodeRecord registered = node.withDraining(known.map(NodeRecord::draining).orElse(false));
        if (!known.equals(Optional.of(registered))) {
            draft.put(registered);
        }
        return draft.done();
    }

    static Result drain(Draft draft, Command.DrainNode command) {
        Optional<NodeRecord> known = draft.node(command.node());
        if (known.isEmpty()) {
            return Refusals.noNode("node", command.node());
        }
        if (known.get().draining() != command.draining()) {
            draft.put(known.get().withDraining(command.draining()));
        }
        return draft.done();
    }

    static Result remove(Draft draft, Command.RemoveNode command) {
        NodeId node = command.node();
        if (draft.node(node).isEmpty()) {
            return draft.done();
        }
        for (VolumeRecord volume : draft.volumes().values()) {
            boolean holds = volume.everyComponent().stream().anyMatch(c -> c.node().equals(node));
            if (holds || volume.owner().equals(node) && !volume.deleting()) {
                return Refusals.conflict(
                        "node",
                        "node "
                                + node
                                + (holds ? " holds a component of volume " : " owns volume ")
                                + volume.name()
                                + "; drain it first");
            }
        }
        draft.remove(node);
        return draft.done();
    }

    static Result replace(Draft draft, Command.ReplaceNode command) {
        Optional<NodeRecord> known = draft.node(command.node());
        if (known.isEmpty()) {
            return Refusals.noNode("node", command.node());
        }
        NodeRecord node = known.get();
        if (!node.hasStore()) {
            return draft.done();
        }
        if (node.storeId() != command.storeId()) {
            return ComponentRules.otherStore(command.node(), command.storeId(), node.storeId());
        }
        for (VolumeRecord volume : List.copyOf(draft.volumes().values())) {
            VolumeRecord changed = withoutStore(volume, command.node());
            if (changed == volume) {
                continue;
            }
            if (!volume.deleting() && volume.isUnsettled()) {
                return Refusals.conflict(
                        "node",
                        "copies of volume "
                                + volume.name()
                                + " were not compared yet since the metadata was made again: wait"
                                + " until its owner has, or recover it first");
            }
            if (!volume.deleting() && !InSync.holdsForEveryBlock(changed)) {
                return Refusals.conflict(
                        "node",
                        "node "
                                + command.node()
                                + " has the only up-to-date copy of blocks of volume "
                                + volume.name());
            }
            if (changed.components().isEmpty()) {
                draft.remove(volume);
            } else {
                draft.put(changed);
            }
        }
        draft.put(
                new NodeRecord(
                        node.id(),
                        node.incarnation(),
                        0,
                        node.host(),
                        node.basePort(),
                        node.domain(),
                        node.usableBytes(),
                        node.featureLevelMax(),
                        node.draining()));
        return draft.done();
    }

    /** The volume once the store of {@code node} is gone; the same where it holds nothing. */
    private static VolumeRecord withoutStore(VolumeRecord volume, NodeId node) {
        if (volume.everyComponent().stream().noneMatch(c -> c.node().equals(node))) {
            return volume;
        }
        if (volume.deleting()) {
            return volume.withComponents(except(volume.components(), node));
        }
        long generation = volume.lastGeneration() + 1;
        VolumeRecord changed =
                volume.withComponents(emptied(volume.components(), node, generation));
        return changed.withMove(
                changed.move()
                        .map(move ->
                                new MoveRecord(
                                        move.ring(),
                                        move.policy(),
                                        emptied(move.gains(), node, generation))),
                except(changed.leaving(), node),
                generation);
    }

    private static List<ComponentRecord> except(List<ComponentRecord> components, NodeId node) {
        return components.stream().filter(c -> !c.node().equals(node)).toList();
    }

    static List<ComponentRecord> emptied(
            List<ComponentRecord> components, NodeId node, long generation) {
        return components.stream()
                .map(c ->
                        c.node().equals(node)
                                ? new ComponentRecord(
                                        node, generation, ComponentState.STALE, 0, c.attempt(), 0)
                                : c)
                .toList();
    }

    private static Optional<Result.Refused> invalid(NodeRecord node) {
        if (node.incarnation() <= 0) {
            return Optional.of(Refusals.notAllowed("incarnation", node.incarnation(), "1 or more"));
        }
        if (!Limits.isPlainText(node.host())) {
            return Optional.of(
                    Refusals.notAllowed("host", node.host(), "1 to 253 printable ASCII"));
        }
        if (!Limits.isPlainText(node.domain())) {
            return Optional.of(
                    Refusals.notAllowed("domain", node.domain(), "1 to 253 printable ASCII"));
        }
        if (node.basePort() < 1 || node.basePort() > 0xffff) {
            return Optional.of(Refusals.notAllowed("basePort", node.basePort(), "1 to 65535"));
        }
        if (node.usableBytes() < 0 || node.usableBytes() > Limits.NODE_BYTES_MAX) {
            return Optional.of(
                    Refusals.notAllowed(
                            "usableBytes", node.usableBytes(), "0 to " + Limits.NODE_BYTES_MAX));
        }
        return Optional.empty();
    }
}
