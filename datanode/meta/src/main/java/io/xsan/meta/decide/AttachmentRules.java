package io.xsan.meta.decide;

import io.xsan.base.ErrorCode;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.AttachmentRecord;
import io.xsan.meta.image.VolumeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which hosts may use a volume. */
final class AttachmentRules {
    private AttachmentRules() {}

    static Result attach(Draft draft, Command.Attach command) {
        AttachmentRecord asked = command.attachment();
        Optional<VolumeRecord> known = VolumeRules.live(draft, command.id());
        if (known.isEmpty()) {
            return Refusals.noVolume(command.id());
        }
        if (asked.id() <= 0) {
            return Refusals.notAllowed("attachment.id", asked.id(), "1 or more");
        }
        if (!Limits.isPlainText(asked.host())) {
            return Refusals.notAllowed("attachment.host", asked.host(), "1 to 253 printable ASCII");
        }
        VolumeRecord volume = known.get();
        Optional<AttachmentRecord> same =
                volume.attachments().stream().filter(a -> a.id() == asked.id()).findFirst();
        if (same.isPresent()) {
            return same.get().equals(asked)
                    ? draft.done(volume)
                    : Refusals.of(
                            ErrorCode.ALREADY_EXISTS,
                            "attachment.id",
                            "attachment " + asked.id() + " exists with other properties");
        }
        return occupied(volume, asked)
                .map(refused -> (Result) refused)
                .orElseGet(() -> {
                    List<AttachmentRecord> all = new ArrayList<>(volume.attachments());
                    all.add(asked);
                    return draft.donePutting(volume.withAttachments(all));
                });
    }

    static Result detach(Draft draft, Command.Detach command) {
        Optional<VolumeRecord> known = draft.volume(command.id());
        if (known.isEmpty()) {
            return draft.done();
        }
        VolumeRecord volume = known.get();
        List<AttachmentRecord> rest =
                volume.attachments().stream()
                        .filter(a -> a.id() != command.attachmentId())
                        .toList();
        return rest.size() == volume.attachments().size()
                ? draft.done(volume)
                : draft.donePutting(volume.withAttachments(rest));
    }

    private static Optional<Result.Refused> occupied(VolumeRecord volume, AttachmentRecord asked) {
        boolean hasManual = volume.attachments().stream().anyMatch(AttachmentRecord::manual);
        if (hasManual || (asked.manual() && !volume.attachments().isEmpty())) {
            return Optional.of(
                    Refusals.conflict(
                            "attachment",
                            "volume "
                                    + volume.name()
                                    + (hasManual ? " is exported" : " is attached")
                                    + "; an export is the only attachment of a volume"));
        }
        return volume.attachments().size() < Limits.ATTACHMENTS_MAX
                ? Optional.empty()
                : Optional.of(
                        Refusals.of(
                                ErrorCode.BUSY,
                                "attachment",
                                "volume "
                                        + volume.name()
                                        + " has "
                                        + Limits.ATTACHMENTS_MAX
                                        + " attachments, the most"));
    }
}
