package io.xsan.sim.run;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * Drops faults and I/O from a failing scenario as long as it still fails, within a bound of runs.
 */
public final class Shrinker {
    private final Predicate<Scenario> fails;
    private int runsLeft;

    /** {@code fails} runs a scenario; {@code runsMax} bounds how often. */
    public Shrinker(Predicate<Scenario> fails, int runsMax) {
        this.fails = fails;
        this.runsLeft = runsMax;
    }

    /** A smaller scenario that still fails, or the same. */
    public Scenario shrink(Scenario scenario) {
        Scenario smaller = drop(scenario, scenario.faults(), Scenario::withFaults);
        smaller = drop(smaller, smaller.ops(), Scenario::withOps);
        return drop(smaller, smaller.faults(), Scenario::withFaults);
    }

    /** Drops ever smaller pieces of a list. */
    private <T> Scenario drop(
            Scenario scenario, List<T> all, BiFunction<Scenario, List<T>, Scenario> with) {
        List<T> kept = all;
        Scenario best = scenario;
        for (int piece = Math.max(1, all.size()); piece > 0; piece /= 2) {
            for (int from = 0; from < kept.size() && runsLeft > 0; ) {
                List<T> fewer = new ArrayList<>(kept.subList(0, from));
                fewer.addAll(kept.subList(Math.min(kept.size(), from + piece), kept.size()));
                Scenario candidate = with.apply(best, fewer);
                runsLeft--;
                if (fails.test(candidate)) {
                    kept = fewer;
                    best = candidate;
                } else {
                    from += piece;
                }
            }
        }
        return best;
    }
}
