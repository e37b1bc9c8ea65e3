package io.xsan.sim.meta;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.seam.ConsensusLog;
import io.xsan.base.seam.ConsensusLog.Outcome;
import io.xsan.meta.MetaPort;
import io.xsan.meta.codec.CommandCodec;
import io.xsan.meta.codec.Decoded;
import io.xsan.meta.codec.ResultCodec;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;

/** Commands as bytes into the log, results back. */
public final class SimMetaPort implements MetaPort {
    private final ConsensusLog log;

    /** A port to {@code log}. */
    public SimMetaPort(ConsensusLog log) {
        this.log = log;
    }

    @Override
    public void submit(Command command, Answer answer) {
        log.propose(CommandCodec.encode(command), outcome -> onOutcome(outcome, answer));
    }

    private static void onOutcome(Outcome outcome, Answer answer) {
        switch (outcome) {
            case Outcome.Applied applied -> answer.onAnswer(ErrorCode.OK, decode(applied.result()));
            case Outcome.NotReady _ -> answer.onAnswer(ErrorCode.CLUSTER_NOT_READY, null);
            case Outcome.MaybeApplied _ -> answer.onAnswer(ErrorCode.MAYBE_APPLIED, null);
        }
    }

    static Result decode(byte[] bytes) {
        return switch (ResultCodec.decode(bytes)) {
            case Decoded.Ok<Result>(Result result) -> result;
            case Decoded.Failed<Result>(var fault, var detail) ->
                    throw Check.unreachable("results decode: " + fault + detail);
        };
    }
}
