package io.xsan.server.raft;

import io.xsan.base.seam.ConsensusLog.Callback;
import io.xsan.base.seam.ConsensusLog.Outcome;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Proposals that wait for their outcome, each on a thread of its own. Whatever becomes of the
 * leader, each is answered once, and in bounded time: what has no outcome by then may have been
 * applied, or may be later. Any thread.
 */
final class Proposals implements AutoCloseable {
    private static final Outcome CLOSED = new Outcome.NotReady("this datanode stops");

    private final long timeoutMillis;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService deadlines =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("xsan-proposals").daemon().factory());
    private final Set<Proposal> open = ConcurrentHashMap.newKeySet();

    /** Sends one proposal and waits, until it is interrupted. */
    @FunctionalInterface
    interface Sender {
        Outcome send(byte[] command);
    }

    private final class Proposal implements Runnable {
        private final Sender sender;
        private final byte[] command;
        private final Callback callback;
        private final AtomicBoolean isAnswered = new AtomicBoolean();
        private volatile @Nullable Thread thread;

        Proposal(Sender sender, byte[] command, Callback callback) {
            this.sender = sender;
            this.command = command;
            this.callback = callback;
        }

        @Override
        public void run() {
            thread = Thread.currentThread();
            if (!isAnswered.get()) {
                answer(sender.send(command));
            }
        }

        void answer(Outcome outcome) {
            open.remove(this);
            if (isAnswered.compareAndSet(false, true)) {
                callback.onOutcome(outcome);
            }
        }

        void interrupt() {
            Thread waiting = thread;
            if (waiting != null) {
                waiting.interrupt();
            }
        }

        void expire() {
            if (!isAnswered.get()) {
                // The thread may also be the one that hears the outcome now: the first one counts.
                answer(
                        new Outcome.MaybeApplied(
                                "no answer of the metadata within " + timeoutMillis + " ms"));
                interrupt();
            }
        }
    }

    /** Every proposal has an outcome within {@code timeoutMillis}. */
    Proposals(long timeoutMillis) {
        this.timeoutMillis = timeoutMillis;
    }

    /** Sends a command by {@code sender}; its outcome goes to {@code callback}, once. */
    void propose(byte[] command, Sender sender, Callback callback) {
        Proposal proposal = new Proposal(sender, command, callback);
        open.add(proposal);
        try {
            var _ =
                    deadlines.schedule(
                            () -> threads.execute(proposal::expire),
                            timeoutMillis,
                            TimeUnit.MILLISECONDS);
            threads.execute(proposal);
        } catch (RejectedExecutionException e) {
            proposal.answer(CLOSED);
        }
    }

    /**
     * There is another leader: who waits for the earlier one is woken, to ask again. The earlier
     * one may be silent for ever.
     */
    void onLeaderChanged() {
        open.forEach(Proposal::interrupt);
    }

    /** Answers all that is left. */
    @Override
    public void close() {
        deadlines.shutdownNow();
        threads.shutdownNow();
        open.forEach(proposal -> proposal.answer(new Outcome.MaybeApplied("this datanode stops")));
    }
}
