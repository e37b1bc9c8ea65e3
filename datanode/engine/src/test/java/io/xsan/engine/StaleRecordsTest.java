package io.xsan.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.meta.MetaPort;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StaleRecordsTest {
    private final List<Command> sent = new ArrayList<>();
    private final List<MetaPort.Answer> waiting = new ArrayList<>();
    private final List<ErrorCode> told = new ArrayList<>();
    private final StaleRecords records =
            new StaleRecords((command, answer) -> {
                sent.add(command);
                waiting.add(answer);
            });

    @Test
    void recordsOfOneTurnAreOneCommandAndEachIsToldItsOwnOutcome() {
        record(1);
        record(2);
        record(3);
        assertEquals(List.of(), sent);

        records.flush();

        assertEquals(
                List.of(1L, 2L, 3L),
                changes(0).stream().map(change -> change.id().value()).toList());
        waiting.getFirst()
                .onAnswer(
                        ErrorCode.OK,
                        new Result.Several(
                                9,
                                List.of(ErrorCode.OK, ErrorCode.CONFLICT, ErrorCode.EPOCH_FENCED),
                                List.of()));
        assertEquals(List.of(ErrorCode.OK, ErrorCode.CONFLICT, ErrorCode.EPOCH_FENCED), told);
    }

    @Test
    void moreThanOneCommandTakesAreSeveral() {
        int most = Command.MarkStale.CHANGES_MAX;
        IntStream.rangeClosed(1, most + 1).forEach(this::record);

        records.flush();

        assertEquals(2, sent.size());
        assertEquals(most, changes(0).size());
        assertEquals(1, changes(1).size());
    }

    @Test
    void whatIsNotKnownIsToldToAll() {
        record(1);
        record(2);
        records.flush();

        waiting.getFirst().onAnswer(ErrorCode.MAYBE_APPLIED, null);

        assertEquals(List.of(ErrorCode.MAYBE_APPLIED, ErrorCode.MAYBE_APPLIED), told);
    }

    @Test
    void otherCommandsDoNotWait() {
        records.submit(new Command.DeleteVolume(new VolumeId(1)), (_, _) -> {});
        assertEquals(1, sent.size());
    }

    private List<Command.MarkStale.Change> changes(int index) {
        return assertInstanceOf(Command.MarkStale.class, sent.get(index)).changes();
    }

    private void record(int volume) {
        records.submit(
                new Command.MarkStale(
                        List.of(
                                new Command.MarkStale.Change(
                                        new VolumeId(volume), 1, new NodeId(2), 1, false, 0))),
                (code, result) ->
                        told.add(
                                result instanceof Result.Several several
                                        ? several.outcomes().getFirst()
                                        : code));
    }
}
