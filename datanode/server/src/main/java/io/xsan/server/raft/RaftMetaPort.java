package io.xsan.server.raft;

import io.xsan.base.ErrorCode;
import io.xsan.base.seam.ConsensusLog;
import io.xsan.meta.MetaPort;
import io.xsan.meta.codec.CommandCodec;
import io.xsan.meta.codec.Decoded;
import io.xsan.meta.codec.ResultCodec;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import java.util.concurrent.Executor;

/** Commands of a shard to the metadata; answers come back on the shard. */
public final class RaftMetaPort implements MetaPort {
    private final ConsensusLog log;
    private final Executor shard;

    /** A port whose answers {@code shard} runs. */
    public RaftMetaPort(ConsensusLog log, Executor shard) {
        this.log = log;
        this.shard = shard;
    }

    @Override
    public void submit(Command command, Answer answer) {
        log.propose(
                CommandCodec.encode(command),
                outcome -> shard.execute(() -> tell(outcome, answer)));
    }

    private static void tell(ConsensusLog.Outcome outcome, Answer answer) {
        switch (outcome) {
            case ConsensusLog.Outcome.NotReady _ ->
                    answer.onAnswer(ErrorCode.CLUSTER_NOT_READY, null);
            case ConsensusLog.Outcome.MaybeApplied _ ->
                    answer.onAnswer(ErrorCode.MAYBE_APPLIED, null);
            case ConsensusLog.Outcome.Applied applied -> tellResult(applied.result(), answer);
        }
    }

    private static void tellResult(byte[] bytes, Answer answer) {
        switch (ResultCodec.decode(bytes)) {
            case Decoded.Ok<Result>(Result.Refused refused)
                    when refused.code() == ErrorCode.MAYBE_APPLIED ->
                    answer.onAnswer(ErrorCode.MAYBE_APPLIED, null);
            case Decoded.Ok<Result>(Result result) -> answer.onAnswer(ErrorCode.OK, result);
            case Decoded.Failed<Result> _ -> answer.onAnswer(ErrorCode.MAYBE_APPLIED, null);
        }
    }
}
