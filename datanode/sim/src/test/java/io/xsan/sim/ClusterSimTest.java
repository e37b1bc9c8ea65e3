package io.xsan.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.sim.run.Campaign;
import io.xsan.sim.run.Report;
import io.xsan.sim.run.Verdict;
import io.xsan.sim.world.Probes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Whole clusters under faults. System properties {@code xsan.sim.seeds} and {@code xsan.sim.first}
 * choose the seeds.
 */
class ClusterSimTest {
    private static final int SEEDS = Integer.getInteger("xsan.sim.seeds", 2000);
    private static final long FIRST = Long.getLong("xsan.sim.first", 1);
    private static final int IOS = 1000;

    private final Campaign campaign = new Campaign(IOS, Optional.empty(), RealShards.correct());

    @Test
    void everySeedHoldsEveryInvariant() throws Exception {
        int threads = Runtime.getRuntime().availableProcessors();
        Probes probes = new Probes();
        List<String> failures = new ArrayList<>();
        long ios = 0;
        try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
            List<Future<Verdict>> verdicts = new ArrayList<>();
            for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
                long itsSeed = seed;
                verdicts.add(workers.submit(() -> campaign.run(itsSeed)));
            }
            for (Future<Verdict> future : verdicts) {
                Verdict verdict = future.get();
                probes.addAll(verdict.probes());
                ios += verdict.ios();
                if (!verdict.isGood() && failures.size() < 5) {
                    failures.add(campaign.explain(verdict));
                }
            }
        }
        System.out.printf("%d seeds, %d I/Os, reached %s%n", SEEDS, ios, probes.counts());
        assertThat(failures).as(String.join("\n", failures)).isEmpty();
        assertThat(ios).isGreaterThanOrEqualTo((long) SEEDS * IOS);
    }

    @Test
    void theSameSeedGivesTheSameTraceInAnotherProcess() throws Exception {
        for (long seed : new long[] {3, 11}) {
            Verdict here = campaign.run(seed);
            assertThat(inAnotherProcess(seed)).contains(Report.line(here));
        }
    }

    private static String inAnotherProcess(long seed) throws InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command =
                List.of(
                        java,
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-XX:+UseSerialGC",
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.xsan.sim.Main",
                        "--seed",
                        Long.toString(seed),
                        "--seeds",
                        "1",
                        "--ios",
                        Integer.toString(IOS),
                        "--verbose");
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes());
            process.waitFor();
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
