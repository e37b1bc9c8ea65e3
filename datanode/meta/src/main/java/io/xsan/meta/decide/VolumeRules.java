package io.xsan.meta.decide;

import io.xsan.base.ErrorCode;
import io.xsan.base.VolumeId;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.meta.image.VolumePolicy;
import io.xsan.meta.image.VolumeRecord;
import java.util.Optional;

/** Changing and deleting a volume. */
final class VolumeRules {
    private VolumeRules() {}

    static Result delete(Draft draft, Command.DeleteVolume command) {
        Optional<VolumeRecord> known = draft.volume(command.id());
        if (known.isEmpty()) {
            return draft.done();
        }
        VolumeRecord volume = known.get();
        if (volume.deleting()) {
            return draft.done(volume);
        }
        if (!volume.attachments().isEmpty()) {
            return Refusals.conflict(
                    "id",
                    "volume "
                            + volume.name()
                            + " has "
                            + volume.attachments().size()
                            + " attachments; it can be deleted when it has none");
        }
        return draft.donePutting(volume.asDeleting());
    }

    static Result dropped(Draft draft, Command.ComponentDropped command) {
        Optional<VolumeRecord> known = draft.volume(command.id());
        if (known.isEmpty()) {
            return draft.done();
        }
        VolumeRecord volume = known.get();
        if (!volume.deleting()) {
            return MoveRules.left(draft, volume, command);
        }
        Optional<ComponentRecord> component = volume.component(command.node());
        if (component.isEmpty()) {
            return draft.done(volume);
        }
        if (component.get().generation() != command.generation()) {
            return ComponentRules.otherGeneration(component.get(), command.generation());
        }
        VolumeRecord rest =
                volume.withComponents(
                        volume.components().stream()
                                .filter(c -> !c.node().equals(command.node()))
                                .toList());
        if (rest.components().isEmpty()) {
            draft.remove(volume);
            return draft.done(rest);
        }
        return draft.donePutting(rest);
    }

    static Result resize(Draft draft, Command.ResizeVolume command) {
        Optional<VolumeRecord> known = live(draft, command.id());
        if (known.isEmpty()) {
            return Refusals.noVolume(command.id());
        }
        VolumeRecord volume = known.get();
        Optional<Result.Refused> invalid =
                CreationRules.invalidSize(command.sizeBytes(), volume.sectorBytes());
        if (invalid.isPresent()) {
            return invalid.get();
        }
        if (command.sizeBytes() < volume.sizeBytes()) {
            return Refusals.notAllowed(
                    "sizeBytes",
                    command.sizeBytes(),
                    volume.sizeBytes() + " or more, its size: volumes do not shrink");
        }
        if (command.sizeBytes() == volume.sizeBytes()) {
            return draft.done(volume);
        }
        return CreationRules.exceedsCapacity(
                        draft.image(),
                        volume.policy().replicas(),
                        command.sizeBytes() - volume.sizeBytes())
                .map(refused -> (Result) refused)
                .orElseGet(() ->
                        draft.donePutting(volume.withShape(command.sizeBytes(), volume.policy())));
    }

    static Result setPolicy(Draft draft, Command.SetPolicy command) {
        Optional<VolumeRecord> known = live(draft, command.id());
        if (known.isEmpty()) {
            return Refusals.noVolume(command.id());
        }
        VolumeRecord volume = known.get();
        VolumePolicy now = volume.policy();
        VolumePolicy asked = command.policy();
        if (asked.replicas() != now.replicas()) {
            return unsupported("replicas", asked.replicas(), now.replicas());
        }
        if (asked.width() != 0 && asked.width() != now.width()) {
            return unsupported("width", asked.width(), now.width());
        }
        if (asked.minReplicas() < 0 || asked.minReplicas() > now.replicas()) {
            return Refusals.notAllowed(
                    "minReplicas",
                    asked.minReplicas(),
                    "1 to " + now.replicas() + ", 0 for the default");
        }
        int minReplicas =
                asked.minReplicas() == 0
                        ? VolumePolicy.defaultMinReplicas(now.replicas())
                        : asked.minReplicas();
        VolumePolicy next = new VolumePolicy(now.replicas(), minReplicas, now.width());
        return next.equals(now)
                ? draft.done(volume)
                : draft.donePutting(volume.withShape(volume.sizeBytes(), next));
    }

    /** A volume that is not being deleted. */
    static Optional<VolumeRecord> live(Draft draft, VolumeId id) {
        return draft.volume(id).filter(volume -> !volume.deleting());
    }

    private static Result unsupported(String field, int asked, int now) {
        return Refusals.of(
                ErrorCode.UNSUPPORTED,
                field,
                field + " is " + asked + "; allowed: " + now + ", other values move data");
    }
}
