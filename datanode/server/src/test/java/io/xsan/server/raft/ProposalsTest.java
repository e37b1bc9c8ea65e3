package io.xsan.server.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.seam.ConsensusLog.Outcome;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ProposalsTest {
    private static final long GUARD_SECONDS = 30;
    private static final byte[] COMMAND = {1};

    private final BlockingQueue<Outcome> outcomes = new ArrayBlockingQueue<>(10);

    @Test
    void proposalThatIsNeverAnsweredMayHaveBeenAppliedAfterItsTime() throws Exception {
        try (Proposals proposals = new Proposals(50)) {
            proposals.propose(COMMAND, _ -> waitForEver(), outcomes::add);

            assertThat(outcome()).isInstanceOf(Outcome.MaybeApplied.class);
        }
    }

    @Test
    void outcomeThatComesTooLateIsNotToldAsASecondOne() throws Exception {
        CountDownLatch isLate = new CountDownLatch(1);
        CountDownLatch hasAnswered = new CountDownLatch(1);
        try (Proposals proposals = new Proposals(50)) {
            proposals.propose(
                    COMMAND,
                    _ -> {
                        awaitUninterrupted(isLate);
                        hasAnswered.countDown();
                        return new Outcome.NotReady("late");
                    },
                    outcomes::add);
            assertThat(outcome()).isInstanceOf(Outcome.MaybeApplied.class);
            isLate.countDown();
            assertThat(hasAnswered.await(GUARD_SECONDS, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(outcomes).isEmpty();
    }

    @Test
    void anotherLeaderWakesWhoWaitsForTheEarlierOne() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        CountDownLatch isAsking = new CountDownLatch(1);
        try (Proposals proposals = new Proposals(TimeUnit.MINUTES.toMillis(10))) {
            proposals.propose(
                    COMMAND,
                    _ -> {
                        isAsking.countDown();
                        if (asked.incrementAndGet() == 1) {
                            waitForEver();
                        }
                        return new Outcome.NotReady("asked again");
                    },
                    outcomes::add);
            assertThat(isAsking.await(GUARD_SECONDS, TimeUnit.SECONDS)).isTrue();

            while (outcomes.isEmpty()) {
                proposals.onLeaderChanged();
                Thread.sleep(1);
            }
        }
        assertThat(outcome()).isEqualTo(new Outcome.NotReady("asked again"));
    }

    @Test
    void closingAnswersWhatIsLeftAndWhatComesAfter() throws Exception {
        Proposals proposals = new Proposals(TimeUnit.MINUTES.toMillis(10));
        proposals.propose(COMMAND, _ -> waitForEver(), outcomes::add);

        proposals.close();

        assertThat(outcome()).isInstanceOf(Outcome.MaybeApplied.class);
        proposals.propose(COMMAND, _ -> waitForEver(), outcomes::add);
        assertThat(outcome()).isInstanceOf(Outcome.NotReady.class);
    }

    private Outcome outcome() throws InterruptedException {
        Outcome outcome = outcomes.poll(GUARD_SECONDS, TimeUnit.SECONDS);
        assertThat(outcome).as("has an outcome").isNotNull();
        return outcome;
    }

    /** As a request to a leader that stands still; ends when it is interrupted. */
    private static Outcome waitForEver() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            return new Outcome.MaybeApplied("interrupted");
        }
        throw new AssertionError("cannot be");
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        boolean isDone = false;
        while (!isDone) {
            try {
                latch.await();
                isDone = true;
            } catch (InterruptedException e) {
                isDone = latch.getCount() == 0;
            }
        }
    }
}
