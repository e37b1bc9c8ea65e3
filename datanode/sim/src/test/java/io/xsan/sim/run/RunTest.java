package io.xsan.sim.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The simulator on storage that is right, and on storage that is wrong. */
class RunTest {
    private static Verdict run(Scenario scenario, int mistakeEvery) {
        PlainShard.Bytes bytes = new PlainShard.Bytes();
        return Run.of(scenario, seams -> new PlainShard(seams, bytes, mistakeEvery), false);
    }

    /** The plain shard moves no data: seeds that would do without such faults. */
    private static Scenario scenario(long seed) {
        Scenario own = Scenarios.of(seed, 300, Optional.empty());
        return own.shape().profile() == Profile.RELOCATION
                ? Scenarios.of(seed, 300, Optional.of(Profile.CRASH_STORM))
                : own;
    }

    @Test
    void storageThatIsRightIsAccepted() {
        for (long seed = 1; seed <= 40; seed++) {
            Verdict verdict = run(scenario(seed), 0);
            assertThat(verdict.failure()).as("seed %d %s", seed, verdict.profile()).isEmpty();
            assertThat(verdict.ios()).isGreaterThanOrEqualTo(300);
        }
    }

    @Test
    void storageThatForgetsAWriteIsFound() {
        for (long seed = 1; seed <= 10; seed++) {
            assertThat(run(scenario(seed), 97).isGood()).as("seed %d", seed).isFalse();
        }
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        assertThat(run(scenario(5), 0)).isEqualTo(run(scenario(5), 0));
    }

    @Test
    void aFailureIsShrunk() {
        Scenario scenario = scenario(1);
        Scenario smaller =
                new Shrinker(candidate -> !run(candidate, 97).isGood(), 100).shrink(scenario);
        assertThat(smaller.ops()).hasSizeLessThan(scenario.ops().size());
        assertThat(smaller.faults()).isEmpty();
        assertThat(run(smaller, 97).isGood()).isFalse();
    }
}
