package io.xsan.engine.volume;

import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameKind;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes what the engine learns of its components into the metadata (rule 3). */
final class Recorder {
    private final VolumeEngine engine;

    Recorder(VolumeEngine engine) {
        this.engine = engine;
    }

    /** Records a component stale; nothing counts as recorded before it is known to be committed. */
    void recordStale(Member member, long since) {
        if (member.isRecording) {
            return;
        }
        member.isRecording = true;
        engine.log()
                .info(
                        "component-stale",
                        "volume",
                        engine.id(),
                        "node",
                        member.node,
                        "since",
                        io.xsan.base.Version.text(since));
        Command.MarkStale.Change change =
                new Command.MarkStale.Change(
                        engine.volumeId(),
                        engine.epoch(),
                        new NodeId(member.node),
                        member.generation,
                        member.isGain,
                        since);
        engine.setup()
                .meta()
                .submit(
                        new Command.MarkStale(List.of(change)),
                        (code, result) -> onRecorded(member, since, code, result));
    }

    private void onRecorded(Member member, long since, ErrorCode code, @Nullable Result result) {
        member.isRecording = false;
        if (engine.isEnded()) {
            return;
        }
        member.retryNanos = engine.now() + engine.limits().retryNanos();
        if (code != ErrorCode.OK) {
            engine.afterRetry(() -> repeat(member, since));
            return;
        }
        if (!(result instanceof Result.Several several)) {
            engine.onRefused(result);
            return;
        }
        ErrorCode outcome = several.outcomes().getFirst();
        switch (outcome) {
            case OK -> {
                member.isPromotionPending = false;
                engine.adopt(several.volumes().stream().findFirst(), several.index());
                engine.onStatesChanged();
            }
            case EPOCH_FENCED, NOT_OWNER, VOLUME_NOT_FOUND -> engine.end(outcome);
            default -> {
                // The last in-sync copy of some block: it is kept, and sent again what it lacks.
                engine.log().warn("last-copy-kept", "volume", engine.id(), "node", member.node);
                engine.onStatesChanged();
            }
        }
    }

    private void repeat(Member member, long since) {
        if (!engine.isEnded()) {
            recordStale(member, since);
        }
    }

    /** Notes the store of a component that is in sync and was never opened before. */
    void noteStore(Member member) {
        if (member.isRecording) {
            return;
        }
        member.isRecording = true;
        engine.setup()
                .meta()
                .submit(
                        new Command.NoteStore(
                                engine.volumeId(),
                                engine.epoch(),
                                new NodeId(member.node),
                                member.generation,
                                member.openedStoreId),
                        (code, result) -> onNoted(member, code, result));
    }

    private void onNoted(Member member, ErrorCode code, @Nullable Result result) {
        member.isRecording = false;
        if (engine.isEnded()) {
            return;
        }
        if (code == ErrorCode.OK && result instanceof Result.Done done) {
            engine.adopt(done.volume(), done.index());
            engine.onStatesChanged();
        } else if (code == ErrorCode.OK) {
            engine.onRefused(result);
        } else {
            engine.afterRetry(engine::onStatesChanged);
        }
    }

    /**
     * All in-sync components are equal: so are those that were taken for in-sync. One record for
     * all: what is lost of them then holds nobody back.
     */
    void settle() {
        List<Member> unsettled =
                engine.members().all().stream().filter(Member::isUnsettled).toList();
        if (!unsettled.isEmpty()) {
            settle(unsettled);
        }
    }

    private void settle(List<Member> unsettled) {
        engine.setup()
                .meta()
                .submit(
                        new Command.SettleVolume(engine.volumeId(), engine.epoch()),
                        (code, result) -> onSettled(unsettled, code, result));
    }

    private void onSettled(List<Member> settled, ErrorCode code, @Nullable Result result) {
        if (engine.isEnded()) {
            return;
        }
        if (code == ErrorCode.OK && result instanceof Result.Done done) {
            engine.adopt(done.volume(), done.index());
            settled.forEach(this::tellRepaired);
            engine.onStatesChanged();
        } else if (code == ErrorCode.OK) {
            engine.onRefused(result);
        } else {
            engine.afterRetry(() -> settle(settled));
        }
    }

    /**
     * What damage may have taken from a component is there again, or was given up by command. Where
     * that gets lost, the component is damaged still, and copied whole at the next opening.
     */
    void tellRepaired(Member member) {
        if (member.isDamaged && member.isUsable()) {
            member.isDamaged = false;
            FrameHeader repaired = engine.header(FrameKind.STABLE, member, null);
            repaired.flags = FrameHeader.FLAG_REPAIRED;
            engine.setup().network().send(member.node, repaired, null, 0);
        }
    }

    static Optional<ErrorCode> refusal(@Nullable Result result) {
        return result instanceof Result.Refused refused
                ? Optional.of(refused.code())
                : Optional.empty();
    }
}
