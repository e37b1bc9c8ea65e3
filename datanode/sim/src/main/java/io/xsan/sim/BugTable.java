package io.xsan.sim;

import io.xsan.engine.Bug;
import io.xsan.sim.run.Campaign;
import io.xsan.sim.run.Verdict;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** Searches planted bugs: in how many seeds each is found. */
final class BugTable {
    private static final int SEEDS_MAX = 2000;

    private BugTable() {}

    /** Prints a line for each bug; true if all were found. */
    static boolean print(Options options, PrintStream out) {
        boolean areAllFound = true;
        out.printf("%-24s %10s  %s%n", "bug", "seed", "how it showed");
        for (Bug bug : Bug.values()) {
            Campaign campaign =
                    new Campaign(options.ios(), options.profile(), RealShards.with(bug));
            Verdict found = search(campaign, options.seed(), options.seedsOr(SEEDS_MAX));
            areAllFound &= found != null;
            out.printf(
                    "%-24s %10s  %s%n",
                    bug,
                    found == null ? "not found" : Long.toString(found.seed()),
                    found == null ? "" : found.failure().lines().findFirst().orElse(""));
        }
        return areAllFound;
    }

    private static @Nullable Verdict search(Campaign campaign, long firstSeed, int seeds) {
        for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
            Verdict verdict = campaign.run(seed);
            if (!verdict.isGood()) {
                return verdict;
            }
        }
        return null;
    }
}
