package io.xsan.meta.decide;

import io.xsan.base.NodeId;
import io.xsan.base.Version;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.meta.image.ComponentState;
import io.xsan.meta.image.MoveRecord;
import io.xsan.meta.image.VolumeRecord;
import java.util.Optional;

/** The last resort where no in-sync component of some blocks is left. */
final class RecoveryRules {
    private RecoveryRules() {}

    static Result recover(Draft draft, Command.RecoverVolume command) {
        Optional<VolumeRecord> known = VolumeRules.live(draft, command.id());
        if (known.isEmpty()) {
            return Refusals.noVolume(command.id());
        }
        VolumeRecord volume = known.get();
        if (isDone(volume, command)) {
            return draft.done(volume);
        }
        Optional<Result.Refused> refused = refusal(draft, volume, command);
        if (refused.isPresent()) {
            return refused.get();
        }
        VolumeRecord recovered = recovered(volume, command);
        if (!InSync.holdsForEveryBlock(recovered)) {
            return Refusals.conflict(
                    "from",
                    "of some blocks of volume "
                            + volume.name()
                            + " neither an in-sync component nor one of those named is left: name"
                            + " more nodes");
        }
        return draft.donePutting(recovered);
    }

    private static boolean isDone(VolumeRecord volume, Command.RecoverVolume command) {
        return !command.from().isEmpty()
                && command.from().stream().allMatch(node -> isRecovered(volume, command, node))
                && command.lost().stream()
                        .noneMatch(
                                node -> !command.from().contains(node) && isInSync(volume, node));
    }

    private static boolean isRecovered(
            VolumeRecord volume, Command.RecoverVolume command, NodeId node) {
        return command.lost().contains(node)
                ? volume.component(node).filter(ComponentRecord::isUnsettled).isPresent()
                : isInSync(volume, node);
    }

    private static boolean isInSync(VolumeRecord volume, NodeId node) {
        return volume.component(node).filter(c -> c.state() == ComponentState.IN_SYNC).isPresent();
    }

    private static Optional<Result.Refused> refusal(
            Draft draft, VolumeRecord volume, Command.RecoverVolume command) {
        if (volume.epoch() != command.epoch() || volume.epoch() >= Version.EPOCH_MAX) {
            return Optional.of(
                    Refusals.conflict(
                            "epoch",
                            "epoch is "
                                    + command.epoch()
                                    + "; that of volume "
                                    + volume.name()
                                    + " is "
                                    + volume.epoch()
                                    + ": look again"));
        }
        if (command.from().isEmpty()) {
            return Optional.of(Refusals.notAllowed("from", "", "one node or more"));
        }
        for (NodeId node : command.from()) {
            Optional<ComponentRecord> component = volume.component(node);
            boolean isGood = !command.lost().contains(node);
            if (component.isEmpty() || isGood && isSettled(component.get())) {
                return Optional.of(
                        Refusals.conflict(
                                "from",
                                "node "
                                        + node
                                        + " has no component of volume "
                                        + volume.name()
                                        + " that could be recovered"));
            }
            Optional<Result.Refused> cannotOwn = OwnerRules.cannotOwn(draft.image(), node);
            if (cannotOwn.isPresent()) {
                return cannotOwn;
            }
        }
        if (!command.lost().stream().allMatch(node -> isInSync(volume, node))) {
            return Optional.of(
                    Refusals.conflict("lost", "states of components have changed: look again"));
        }
        return !InSync.holdsWithout(volume, command.lost())
                ? Optional.empty()
                : Optional.of(
                        Refusals.conflict(
                                "lost",
                                "every block of volume "
                                        + volume.name()
                                        + " has an in-sync component that is not lost"));
    }

    private static boolean isSettled(ComponentRecord component) {
        return component.state() == ComponentState.IN_SYNC && !component.isUnsettled();
    }

    private static VolumeRecord recovered(VolumeRecord volume, Command.RecoverVolume command) {
        long since =
                command.from().stream()
                        .flatMap(node -> volume.component(node).stream())
                        .mapToLong(ComponentRecord::since)
                        .min()
                        .orElse(Version.NONE);
        VolumeRecord changed =
                volume.withComponents(
                        volume.components().stream()
                                .map(c -> recovered(c, command, since))
                                .toList());
        return changed.withMove(
                        changed.move().map(MoveRecord::begunAgain),
                        changed.leaving(),
                        changed.lastGeneration())
                .withOwner(command.from().getFirst())
                .withEpochOfNobody(volume.epoch() + 1);
    }

    private static ComponentRecord recovered(
            ComponentRecord component, Command.RecoverVolume command, long since) {
        if (command.from().contains(component.node())) {
            return component.unsettled();
        }
        boolean isLost = command.lost().contains(component.node());
        if (component.state() == ComponentState.IN_SYNC && !isLost) {
            return component;
        }
        boolean mayHaveAll =
                component.state() == ComponentState.IN_SYNC && !component.isUnsettled();
        return component.with(
                ComponentState.STALE,
                mayHaveAll ? since : Math.min(since, component.since()),
                component.attempt());
    }
}
