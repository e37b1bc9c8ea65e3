package io.xsan.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.sim.run.Campaign;
import io.xsan.sim.run.Profile;
import io.xsan.sim.run.Verdict;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Seeds that once found a bug hold every invariant. */
class RegressionSeedsSimTest {
    /** A line of the file. */
    record Kept(long seed, Optional<Profile> profile, int ios) {
        static Kept parse(String line) {
            String[] words = line.split("\\s+", 4);
            boolean isOwn = words[1].equals("own");
            return new Kept(
                    Long.parseLong(words[0]),
                    isOwn ? Optional.empty() : Optional.of(Profile.valueOf(words[1])),
                    Integer.parseInt(words[2]));
        }
    }

    static Stream<Kept> kept() {
        return PlantedBugsSimTest.lines("/regression-seeds.txt").stream()
                .filter(line -> !line.startsWith("#"))
                .map(Kept::parse);
    }

    @ParameterizedTest
    @MethodSource("kept")
    void holdsEveryInvariant(Kept kept) {
        Campaign campaign = new Campaign(kept.ios(), kept.profile(), RealShards.correct());
        Verdict verdict = campaign.run(kept.seed());
        assertThat(verdict.failure()).as("%s", kept).isEmpty();
    }
}
