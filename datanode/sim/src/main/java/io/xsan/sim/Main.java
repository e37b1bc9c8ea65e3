package io.xsan.sim;

import io.xsan.sim.cluster.ShardFactory;
import io.xsan.sim.run.Campaign;
import io.xsan.sim.run.Report;
import io.xsan.sim.run.Verdict;
import io.xsan.sim.world.Probes;
import java.io.PrintStream;

/** The program {@code xsan sim}. Exits with 1 if a seed failed, with 2 for wrong arguments. */
public final class Main {
    private static final int SEEDS = 100;

    private Main() {}

    /** See {@link Options#USAGE}. */
    public static void main(String[] arguments) {
        Options options;
        try {
            options = Options.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.println(Options.USAGE);
            System.exit(2);
            return;
        }
        System.exit(run(options, System.out) ? 0 : 1);
    }

    private static boolean run(Options options, PrintStream out) {
        return options.bugs() ? BugTable.search(options, out) : seeds(options, out);
    }

    private static boolean seeds(Options options, PrintStream out) {
        ShardFactory shards = RealShards.correct();
        Campaign campaign = new Campaign(options.ios(), options.profile(), shards);
        Probes probes = new Probes();
        long ios = 0;
        long events = 0;
        int failed = 0;
        int seeds = options.seedsOr(SEEDS);
        for (long seed = options.seed(); seed < options.seed() + seeds; seed++) {
            Verdict verdict = campaign.run(seed);
            probes.addAll(verdict.probes());
            ios += verdict.ios();
            events += verdict.events();
            if (options.isVerbose()) {
                out.println(Report.line(verdict));
            }
            if (!verdict.isGood()) {
                failed++;
                out.println(campaign.explain(verdict));
            }
        }
        out.printf("%d seeds, %d I/Os, %d events, %d failed%n", seeds, ios, events, failed);
        out.println("reached: " + probes.counts());
        return failed == 0;
    }
}
