package io.xsan.server.api;

import io.xsan.base.ErrorCode;
import io.xsan.base.seam.ConsensusLog;
import io.xsan.meta.codec.CommandCodec;
import io.xsan.meta.codec.Decoded;
import io.xsan.meta.codec.ResultCodec;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Commands to the metadata from blocking threads: waits, and repeats what is not known. */
public final class Proposer {
    private static final int ATTEMPTS = 3;
    private static final long ATTEMPT_SECONDS = 4;

    private final ConsensusLog log;

    /** Proposes to {@code log}. */
    public Proposer(ConsensusLog log) {
        this.log = log;
    }

    /**
     * Proposes until the outcome is known: what was done. Refusals and unknown outcomes are thrown
     * as errors of the API.
     */
    public Result propose(Command command) {
        String reason = "no answer of the metadata";
        boolean isMaybe = false;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            switch (await(command)) {
                case ConsensusLog.Outcome.Applied applied -> {
                    Result result = decoded(applied);
                    if (!isUnknown(result)) {
                        return orRefusal(result);
                    }
                    reason = "the outcome is not known";
                    isMaybe = true;
                }
                case ConsensusLog.Outcome.NotReady notReady -> reason = notReady.reason();
                case ConsensusLog.Outcome.MaybeApplied maybe -> {
                    reason = maybe.reason();
                    isMaybe = true;
                }
            }
        }
        if (isMaybe) {
            throw ApiErrors.of(
                    ErrorCode.MAYBE_APPLIED,
                    "the change may have been made or may still be; repeat the call: " + reason);
        }
        throw ApiErrors.of(ErrorCode.CLUSTER_NOT_READY, "the metadata has no leader: " + reason);
    }

    private static boolean isUnknown(Result result) {
        return result instanceof Result.Refused refused
                && refused.code() == ErrorCode.MAYBE_APPLIED;
    }

    private static Result orRefusal(Result result) {
        if (result instanceof Result.Refused refused) {
            throw ApiErrors.of(refused.code(), refused.field(), refused.message());
        }
        return result;
    }

    private static Result decoded(ConsensusLog.Outcome.Applied applied) {
        return switch (ResultCodec.decode(applied.result())) {
            case Decoded.Ok<Result>(Result result) -> result;
            case Decoded.Failed<Result> failed ->
                    throw ApiErrors.of(ErrorCode.CONSENSUS_FAILED, "unreadable result: " + failed);
        };
    }

    private ConsensusLog.Outcome await(Command command) {
        return await(CommandCodec.encode(command));
    }

    /** Proposes an encoded command once and waits for the outcome. */
    ConsensusLog.Outcome await(byte[] command) {
        CompletableFuture<ConsensusLog.Outcome> outcome = new CompletableFuture<>();
        log.propose(command, outcome::complete);
        try {
            return outcome.get(ATTEMPT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return new ConsensusLog.Outcome.MaybeApplied("no answer in time");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ApiErrors.of(ErrorCode.MAYBE_APPLIED, "interrupted");
        }
    }
}
