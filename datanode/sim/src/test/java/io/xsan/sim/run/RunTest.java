package io.xsan.sim.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.sim.run.PlainShard.Mistake;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The simulator on storage that is right, and on storage that is wrong. */
class RunTest {
    static Verdict run(Scenario scenario, Mistake mistake) {
        PlainShard.Bytes bytes = new PlainShard.Bytes();
        return Run.of(scenario, seams -> new PlainShard(seams, bytes, mistake), false);
    }

    /** The plain shard moves no data, also not to new disks: such seeds get other faults. */
    static Scenario scenario(long seed) {
        Scenario own = Scenarios.of(seed, 300, Optional.empty());
        return switch (own.shape().profile()) {
            case RELOCATION, NEW_DISKS, DEVICES ->
                    Scenarios.of(seed, 300, Optional.of(Profile.CRASH_STORM));
            default -> own;
        };
    }

    @Test
    void storageThatIsRightIsAccepted() {
        for (long seed = 1; seed <= 40; seed++) {
            Verdict verdict = run(scenario(seed), Mistake.NONE);
            assertThat(verdict.failure()).as("seed %d %s", seed, verdict.profile()).isEmpty();
            assertThat(verdict.ios()).isGreaterThanOrEqualTo(300);
        }
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        assertThat(run(scenario(5), Mistake.NONE)).isEqualTo(run(scenario(5), Mistake.NONE));
    }

    @Test
    void aFailureIsShrunk() {
        Scenario scenario = scenario(1);
        Scenario smaller =
                new Shrinker(candidate -> !run(candidate, Mistake.FORGETS_A_WRITE).isGood(), 100)
                        .shrink(scenario);
        assertThat(smaller.ops()).hasSizeLessThan(scenario.ops().size());
        assertThat(smaller.faults()).isEmpty();
        assertThat(run(smaller, Mistake.FORGETS_A_WRITE).isGood()).isFalse();
    }
}
