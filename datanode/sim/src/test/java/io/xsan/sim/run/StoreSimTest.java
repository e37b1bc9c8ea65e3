package io.xsan.sim.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Volumes with one component, straight into the store of their owner, which crashes. */
class StoreSimTest {
    private static final int SEEDS = Integer.getInteger("xsan.sim.storeSeeds", 60);

    @Test
    void acknowledgedWritesSurviveCrashesOfTheNode() {
        for (Profile profile : List.of(Profile.POWER, Profile.GRAY, Profile.DISK_ERRORS)) {
            for (long seed = 1; seed <= SEEDS; seed++) {
                Verdict verdict = run(seed, profile);
                assertThat(verdict.failure())
                        .as("XSAN_SEED=%d %s\n%s", seed, profile, verdict.tail())
                        .isEmpty();
            }
        }
    }

    private static Verdict run(long seed, Profile profile) {
        Scenario drawn = Scenarios.of(seed, 1000, Optional.of(profile));
        Shape shape = drawn.shape();
        Shape pages =
                new Shape(
                        profile,
                        1, // What is in one store cannot be taken over by another node.
                        1,
                        1,
                        1,
                        1,
                        shape.volumeBytes(),
                        4096,
                        shape.depth(),
                        shape.loadNanos(),
                        shape.net(),
                        shape.meta(),
                        false,
                        1);
        Scenario scenario =
                new Scenario(
                        seed,
                        pages,
                        drawn.faults().stream()
                                .filter(fault -> fault.b() == 0)
                                .filter(fault -> fault.kind() != Fault.Kind.SCRUB)
                                .map(StoreSimTest::ofTheOnlyNode)
                                .toList(),
                        drawn.ops().stream()
                                .filter(op -> op.host() == 0)
                                .filter(op ->
                                        (op.unit() + op.units()) * 4096 <= pages.volumeBytes())
                                .toList());
        return Run.of(scenario, StoreShard::new, false);
    }

    private static Fault ofTheOnlyNode(Fault fault) {
        return new Fault(
                fault.atNanos(),
                fault.kind(),
                Math.min(1, fault.a()),
                0,
                fault.lastsNanos(),
                fault.amount());
    }
}
