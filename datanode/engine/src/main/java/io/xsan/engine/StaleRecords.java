package io.xsan.engine;

import io.xsan.base.ErrorCode;
import io.xsan.base.VolumeId;
import io.xsan.meta.MetaPort;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Command.MarkStale;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.VolumeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The way of engines to the metadata, which gathers the stale records of a turn into one command: a
 * node that dies costs each owner one, not one per volume. One shard.
 */
final class StaleRecords implements MetaPort {
    private final MetaPort metadata;
    private final List<MarkStale.Change> changes = new ArrayList<>();
    private final List<Answer> answers = new ArrayList<>();

    /** Commands go to {@code metadata}; {@link #flush} is called at the end of each turn. */
    StaleRecords(MetaPort metadata) {
        this.metadata = metadata;
    }

    @Override
    public void submit(Command command, Answer answer) {
        if (command instanceof MarkStale stale && stale.changes().size() == 1) {
            changes.add(stale.changes().getFirst());
            answers.add(answer);
        } else {
            metadata.submit(command, answer);
        }
    }

    /** Sends what was gathered. */
    void flush() {
        while (!changes.isEmpty()) {
            int count = Math.min(changes.size(), MarkStale.CHANGES_MAX);
            List<MarkStale.Change> sent = List.copyOf(changes.subList(0, count));
            List<Answer> waiting = List.copyOf(answers.subList(0, count));
            changes.subList(0, count).clear();
            answers.subList(0, count).clear();
            metadata.submit(
                    new MarkStale(sent), (code, result) -> tell(sent, waiting, code, result));
        }
    }

    private static void tell(
            List<MarkStale.Change> sent,
            List<Answer> waiting,
            ErrorCode code,
            @Nullable Result result) {
        for (int i = 0; i < waiting.size(); i++) {
            waiting.get(i)
                    .onAnswer(
                            code,
                            result instanceof Result.Several several
                                    ? part(several, sent.get(i).id(), i)
                                    : result);
        }
    }

    /** What became of change {@code index}, as if it had been the only one. */
    private static Result.Several part(Result.Several several, VolumeId id, int index) {
        Optional<VolumeRecord> volume =
                several.volumes().stream().filter(v -> v.id().equals(id)).findFirst();
        return new Result.Several(
                several.index(),
                List.of(several.outcomes().get(index)),
                volume.map(List::of).orElse(List.of()));
    }
}
