package io.xsan.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.log.Level;
import io.xsan.base.log.Log;
import io.xsan.engine.Bug;
import io.xsan.sim.run.Campaign;
import io.xsan.sim.run.Profile;
import io.xsan.sim.run.Verdict;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

    /** What a component acknowledges after it was opened is no proof against it. */
    @ParameterizedTest
    @EnumSource(names = {"PARTITIONS", "CRASH_STORM", "MIXED"})
    void noComponentIsBlamedWhereNoDiskLies(Profile profile) {
        AtomicInteger blamed = new AtomicInteger();
        Log log =
                new Log() {
                    @Override
                    public boolean isEnabled(Level level) {
                        return true;
                    }

                    @Override
                    public void event(Level level, String event, Object... keysAndValues) {
                        blamed.addAndGet(event.equals("disk-lied") ? 1 : 0);
                    }
                };
        Campaign campaign = new Campaign(IOS, Optional.of(profile), RealShards.telling(log));
        for (long seed = 1; seed <= SEEDS; seed++) {
            campaign.run(seed);
            assertThat(blamed).as("seed %d", seed).hasValue(0);
        }
    }
}
