package io.xsan.meta.decide;

import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.Version;
import io.xsan.base.VolumeId;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.ComponentState;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.VolumeRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who owns a volume, and under which epoch. */
final class OwnerRules {
    private OwnerRules() {}

    static Result move(Draft draft, Command.MoveVolume command) {
        Optional<VolumeRecord> known = VolumeRules.live(draft, command.id());
        if (known.isEmpty()) {
            return Refusals.noVolume(command.id());
        }
        VolumeRecord volume = known.get();
        if (volume.owner().equals(command.owner())) {
            return draft.done(volume);
        }
        return cannotOwn(draft.image(), command.owner())
                .map(refused -> (Result) refused)
                .orElseGet(() -> draft.donePutting(volume.withOwner(command.owner())));
    }

    static Result takeOver(Draft draft, Command.TakeOver command) {
        if (command.changes().size() > Command.TakeOver.CHANGES_MAX) {
            return Refusals.notAllowed(
                    "changes", command.changes().size(), "up to " + Command.TakeOver.CHANGES_MAX);
        }
        List<ErrorCode> outcomes = new ArrayList<>();
        Map<VolumeId, VolumeRecord> concerned = new LinkedHashMap<>();
        for (Command.TakeOver.Change change : command.changes()) {
            outcomes.add(takeOver(draft, change));
            draft.volume(change.id()).ifPresent(volume -> concerned.put(change.id(), volume));
        }
        return new Result.Several(draft.index(), outcomes, List.copyOf(concerned.values()));
    }

    private static ErrorCode takeOver(Draft draft, Command.TakeOver.Change change) {
        Optional<VolumeRecord> known = VolumeRules.live(draft, change.id());
        if (known.isEmpty()) {
            return ErrorCode.VOLUME_NOT_FOUND;
        }
        VolumeRecord volume = known.get();
        if (volume.owner().equals(change.to())) {
            return ErrorCode.OK;
        }
        boolean isAsSeen = volume.owner().equals(change.from()) && volume.epoch() == change.epoch();
        if (!isAsSeen || !isInSync(volume, change.to())) {
            return ErrorCode.CONFLICT;
        }
        if (draft.node(change.to()).filter(NodeRecord::hasStore).isEmpty()) {
            return ErrorCode.NOT_FOUND;
        }
        draft.put(volume.withOwner(change.to()));
        return ErrorCode.OK;
    }

    private static boolean isInSync(VolumeRecord volume, NodeId node) {
        return volume.component(node)
                .filter(component -> component.state() == ComponentState.IN_SYNC)
                .isPresent();
    }

    static Result grant(Draft draft, Command.GrantEpoch command) {
        Optional<VolumeRecord> known = VolumeRules.live(draft, command.id());
        if (known.isEmpty()) {
            return Refusals.noVolume(command.id());
        }
        VolumeRecord volume = known.get();
        if (command.requestId() == 0) {
            return Refusals.notAllowed("requestId", 0, "any number but 0");
        }
        if (!volume.owner().equals(command.node())) {
            return Refusals.of(
                    ErrorCode.NOT_OWNER,
                    "node",
                    "node is " + command.node() + "; the owner is " + volume.owner());
        }
        Optional<NodeRecord> node = draft.node(command.node());
        if (node.isEmpty() || node.get().incarnation() != command.incarnation()) {
            return ComponentRules.otherIncarnation(command.node(), command.incarnation());
        }
        if (volume.grantRequestId() == command.requestId()
                && volume.ownerIncarnation() == command.incarnation()) {
            return draft.done(volume);
        }
        if (volume.epoch() >= Version.EPOCH_MAX) {
            return Refusals.conflict("id", "the epochs of volume " + volume.id() + " are used up");
        }
        return draft.donePutting(
                volume.withGrant(volume.epoch() + 1, command.incarnation(), command.requestId()));
    }

    /** Why {@code owner} cannot run engines. */
    static Optional<Result.Refused> cannotOwn(ClusterImage image, NodeId owner) {
        Optional<NodeRecord> node = image.node(owner);
        if (node.isEmpty()) {
            return Optional.of(Refusals.noNode("owner", owner));
        }
        if (!node.get().hasStore()) {
            return Optional.of(
                    Refusals.notAllowed("owner", owner, "nodes with a store; it has none"));
        }
        return node.get().draining()
                ? Optional.of(
                        Refusals.notAllowed("owner", owner, "nodes that are not draining; it is"))
                : Optional.empty();
    }
}
