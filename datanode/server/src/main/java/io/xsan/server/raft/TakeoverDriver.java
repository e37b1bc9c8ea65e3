package io.xsan.server.raft;

import io.xsan.base.ErrorCode;
import io.xsan.base.log.Log;
import io.xsan.base.seam.ConsensusLog;
import io.xsan.meta.codec.CommandCodec;
import io.xsan.meta.codec.Decoded;
import io.xsan.meta.codec.ResultCodec;
import io.xsan.meta.command.Command.TakeOver;
import io.xsan.meta.command.Result;
import io.xsan.meta.takeover.TakeoverPolicy;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Gives the volumes of datanodes without a lease to others: asks the policy again and again, and
 * proposes what it finds if this member leads. On a thread of its own.
 */
final class TakeoverDriver implements AutoCloseable {
    private final Supplier<List<TakeOver.Change>> plan;
    private final BooleanSupplier isConfirmed;
    private final ConsensusLog metadata;
    private final Log log;
    private final AtomicBoolean isProposing = new AtomicBoolean();
    private final Thread thread =
            Thread.ofPlatform().name("xsan-takeover").daemon().unstarted(this::run);
    private volatile boolean isClosed;

    /**
     * {@code plan} is asked also while this member does not lead. {@code isConfirmed}: a majority
     * says that it leads.
     */
    TakeoverDriver(
            Supplier<List<TakeOver.Change>> plan,
            BooleanSupplier isConfirmed,
            ConsensusLog metadata,
            Log log) {
        this.plan = plan;
        this.isConfirmed = isConfirmed;
        this.metadata = metadata;
        this.log = log;
    }

    void start() {
        thread.start();
    }

    private void run() {
        while (!isClosed) {
            List<TakeOver.Change> found = plan.get();
            // One that was deposed while it stood still must not ask the others by what it knew.
            if (!found.isEmpty()
                    && isConfirmed.getAsBoolean()
                    && isProposing.compareAndSet(false, true)) {
                propose(new TakeOver(found));
            }
            LockSupport.parkNanos(TakeoverPolicy.ASK_NANOS);
        }
    }

    private void propose(TakeOver command) {
        for (TakeOver.Change change : command.changes()) {
            log.warn(
                    "taking-over",
                    "volume",
                    change.id(),
                    "epoch",
                    change.epoch(),
                    "from",
                    change.from(),
                    "to",
                    change.to());
        }
        metadata.propose(
                CommandCodec.encode(command),
                outcome -> {
                    isProposing.set(false);
                    tell(outcome);
                });
    }

    private void tell(ConsensusLog.Outcome outcome) {
        boolean isDone =
                outcome instanceof ConsensusLog.Outcome.Applied applied
                        && ResultCodec.decode(applied.result())
                                instanceof Decoded.Ok<Result>(Result.Several several)
                        && several.outcomes().stream().allMatch(code -> code == ErrorCode.OK);
        if (!isDone) {
            // What is still to be done is found again.
            log.warn("not-all-taken-over", "outcome", outcome);
        }
    }

    @Override
    public void close() {
        isClosed = true;
        LockSupport.unpark(thread);
    }
}
