package io.xsan.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.engine.Bug;
import io.xsan.sim.run.Campaign;
import io.xsan.sim.run.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every planted bug is found by the seed that is recorded for it. {@code ./xsan sim --bugs --record
 * .} searches and records anew, which changes of what seeds draw make necessary.
 */
class PlantedBugsSimTest {
    static List<Find> recorded() {
        return Find.parse(lines("/planted-bugs.txt"));
    }

    static List<String> lines(String resource) {
        try (InputStream in = PlantedBugsSimTest.class.getResourceAsStream(resource)) {
            byte[] bytes = Objects.requireNonNull(in, resource).readAllBytes();
            return new String(bytes, StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new IllegalStateException(resource, e);
        }
    }

    static Stream<Find> found() {
        return recorded().stream().filter(Find::isFound);
    }

    @Test
    void everyBugWasSearched() {
        assertThat(recorded()).extracting(Find::bug).containsExactly(Bug.values());
    }

    @ParameterizedTest
    @MethodSource("found")
    void itsSeedFindsTheBug(Find find) {
        Campaign campaign = new Campaign(Find.IOS, Optional.empty(), RealShards.with(find.bug()));
        Verdict verdict = campaign.run(find.seed());
        assertThat(verdict.profile().name()).isEqualTo(find.profile());
        assertThat(verdict.isGood()).as("%s with seed %d", find.bug(), find.seed()).isFalse();
    }
}
