package io.xsan.sim.run;

import io.xsan.sim.cluster.ShardFactory;
import java.util.Optional;

/** Runs seeds that have everything else in common. */
public final class Campaign {
    private static final int SHRINK_RUNS_MAX = 120;

    private final int ios;
    private final Optional<Profile> profile;
    private final ShardFactory shards;

    /** Runs of {@code ios} I/Os on {@code shards}, of a given profile or each seed's own. */
    public Campaign(int ios, Optional<Profile> profile, ShardFactory shards) {
        this.ios = ios;
        this.profile = profile;
        this.shards = shards;
    }

    /** Runs a seed. */
    public Verdict run(long seed) {
        return Run.of(scenario(seed), shards);
    }

    private Scenario scenario(long seed) {
        return Scenarios.of(seed, ios, profile);
    }

    /** All that helps to find out why a run failed: seed, command, what is left after shrinking. */
    public String explain(Verdict failed) {
        Shrinker shrinker =
                new Shrinker(scenario -> !Run.of(scenario, shards).isGood(), SHRINK_RUNS_MAX);
        Scenario smaller = shrinker.shrink(scenario(failed.seed()));
        Verdict last = Run.of(smaller, shards);
        return Report.failure(failed, ios, profile, smaller, last);
    }
}
