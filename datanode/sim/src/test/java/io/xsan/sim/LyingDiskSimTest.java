package io.xsan.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.engine.Bug;
import io.xsan.sim.run.Campaign;
import io.xsan.sim.run.Profile;
import io.xsan.sim.run.Verdict;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A device that says it has synced and loses that with its power (DESIGN 5). */
class LyingDiskSimTest {
    private static final int IOS = 600;
    private static final int SEEDS = 40;
    private static final int SEARCHED_MAX = 200;

    @Test
    void componentThatLacksWhatItHadAcknowledgedIsResyncedWhole() {
        Campaign campaign =
                new Campaign(IOS, Optional.of(Profile.LYING_DISK), RealShards.correct());
        for (long seed = 1; seed <= SEEDS; seed++) {
            Verdict verdict = campaign.run(seed);
            assertThat(verdict.failure()).as("seed %d", seed).isEmpty();
        }
    }

    @Test
    void believingSuchAComponentLosesData() {
        Campaign campaign =
                new Campaign(
                        IOS,
                        Optional.of(Profile.LYING_DISK),
                        RealShards.with(Bug.LYING_DISK_BELIEVED));
        assertThat(LongStream.rangeClosed(1, SEARCHED_MAX).mapToObj(campaign::run))
                .anyMatch(verdict -> !verdict.isGood());
    }
}
