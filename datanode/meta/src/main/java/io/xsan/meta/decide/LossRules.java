package io.xsan.meta.decide;

import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.meta.image.MoveRecord;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.VolumeRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Devices of a node that fail, while the node goes on with the others. */
final class LossRules {
    private LossRules() {}

    static Result lost(Draft draft, Command.ComponentsLost command) {
        if (draft.image().featureLevel() < FeatureLevels.DEVICES) {
            return Refusals.of(
                    ErrorCode.UNSUPPORTED,
                    "featureLevel",
                    "featureLevel is "
                            + draft.image().featureLevel()
                            + "; components are given up one by one from "
                            + FeatureLevels.DEVICES
                            + " on");
        }
        int most = Command.ComponentsLost.LOST_MAX;
        if (command.lost().size() > most) {
            return Refusals.notAllowed("lost", command.lost().size(), "up to " + most);
        }
        Optional<NodeRecord> node = draft.node(command.node());
        if (node.isEmpty() || node.get().incarnation() != command.incarnation()) {
            return ComponentRules.otherIncarnation(command.node(), command.incarnation());
        }
        List<ErrorCode> outcomes = new ArrayList<>();
        Map<VolumeId, VolumeRecord> concerned = new LinkedHashMap<>();
        for (Command.ComponentsLost.Lost lost : command.lost()) {
            outcomes.add(lose(draft, command.node(), lost));
            draft.volume(lost.id()).ifPresent(volume -> concerned.put(lost.id(), volume));
        }
        return new Result.Several(draft.index(), outcomes, List.copyOf(concerned.values()));
    }

    private static ErrorCode lose(Draft draft, NodeId node, Command.ComponentsLost.Lost lost) {
        VolumeRecord volume = VolumeRules.live(draft, lost.id()).orElse(null);
        if (volume == null) {
            return ErrorCode.VOLUME_NOT_FOUND;
        }
        Optional<ComponentRecord> known = volume.component(node).or(() -> volume.gain(node));
        if (known.isEmpty() || known.get().generation() < lost.generation()) {
            return ErrorCode.NOT_FOUND;
        }
        if (known.get().generation() > lost.generation()) {
            // It was given up before.
            return ErrorCode.OK;
        }
        VolumeRecord changed = without(volume, node);
        if (volume.isUnsettled() || !InSync.holdsForEveryBlock(changed)) {
            return ErrorCode.CONFLICT;
        }
        draft.put(changed);
        return ErrorCode.OK;
    }

    /** The volume with an empty component of a new generation on {@code node}. */
    private static VolumeRecord without(VolumeRecord volume, NodeId node) {
        long generation = volume.lastGeneration() + 1;
        VolumeRecord changed =
                volume.withComponents(NodeRules.emptied(volume.components(), node, generation));
        Optional<MoveRecord> move =
                changed.move()
                        .map(m ->
                                new MoveRecord(
                                        m.ring(),
                                        m.policy(),
                                        NodeRules.emptied(m.gains(), node, generation)));
        return changed.withMove(move, changed.leaving(), generation);
    }
}
