package io.xsan.sim.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.sim.run.PlainShard.Mistake;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each checker fails when it should, on a plain shard that makes one mistake. What looks into
 * components is proven by the planted bugs, and by {@code MetaReplayTest}.
 */
class CheckersTest {
    private static final int SEEDS = 12;

    @ParameterizedTest
    @CsvSource({
        "FORGETS_A_WRITE, no order explains",
        "FORGETS_A_TRIM, no order explains",
        "WRITES_AFTER_THE_SESSION, no order explains",
        "CHANGES_A_BYTE, bytes of one write",
        "READS_ANOTHER_PLACE, bytes of this unit",
        "MIXES_VOLUMES, bytes of this volume",
        "NEVER_ANSWERS, all I/O ends and redundancy is restored",
        "ANSWERS_TWICE, an I/O ends once",
        "ANSWERS_WITH_AN_ERROR, no I/O error",
        "KEEPS_A_BUFFER, no buffer stays lent"
    })
    void mistakeIsFound(Mistake mistake, String complaint) {
        Set<String> complaints = new LinkedHashSet<>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            complaints.add(RunTest.run(RunTest.scenario(seed), mistake).failure());
            complaints.add(RunTest.run(lossy(seed), mistake).failure());
        }
        assertThat(complaints).anyMatch(text -> text.contains(complaint));
    }

    private static Scenario lossy(long seed) {
        return Scenarios.of(seed, 300, Optional.of(Profile.LOSSY_NETWORK));
    }
}
