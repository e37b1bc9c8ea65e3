package io.xsan.sim.run;

import java.util.Locale;
import java.util.Optional;

/** Verdicts as text for people. */
public final class Report {
    private static final int OPS_SHOWN = 12;

    private Report() {}

    /** One line on a run. */
    public static String line(Verdict verdict) {
        return String.format(
                Locale.ROOT,
                "seed %d %s %s: %d I/Os, %d sent again, %d events, %.1f s, longest %.3f s, hash %016x",
                verdict.seed(),
                verdict.profile(),
                verdict.isGood() ? "good" : "FAILED",
                verdict.ios(),
                verdict.sentAgain(),
                verdict.events(),
                verdict.simulatedNanos() / 1e9,
                verdict.longestNanos() / 1e9,
                verdict.traceHash());
    }

    /** How to see the failure again. */
    public static String replay(long seed, int ios, Optional<Profile> profile) {
        String option =
                profile.map(p -> " --profile " + p.name().toLowerCase(Locale.ROOT)).orElse("");
        return "XSAN_SEED=%d  ./xsan sim --seeds 1 --seed %d --ios %d%s"
                .formatted(seed, seed, ios, option);
    }

    static String failure(
            Verdict failed, int ios, Optional<Profile> profile, Scenario smaller, Verdict last) {
        StringBuilder text = new StringBuilder();
        text.append(replay(failed.seed(), ios, profile)).append('\n');
        text.append(line(failed)).append('\n').append(failed.failure()).append('\n');
        text.append("shrunk to ").append(smaller.shape()).append('\n');
        smaller.faults().forEach(fault -> text.append("  ").append(fault).append('\n'));
        text.append("  and ").append(smaller.ops().size()).append(" I/Os");
        smaller.ops().stream().limit(OPS_SHOWN).forEach(op -> text.append("\n  ").append(op));
        text.append("\nwhich fails with ").append(last.failure()).append('\n');
        last.tail().forEach(line -> text.append("  ").append(line).append('\n'));
        return text.toString();
    }
}
