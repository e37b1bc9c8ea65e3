package io.xsan.sim.run;

import java.util.List;
import java.util.SortedMap;

/**
 * How a run ended. {@code failure} is empty if everything held; {@code tail} the last lines of the
 * trace of a failed run.
 */
public record Verdict(
        long seed,
        Profile profile,
        String failure,
        long traceHash,
        long events,
        long ios,
        long sentAgain,
        long simulatedNanos,
        long longestNanos,
        SortedMap<String, Long> probes,
        List<String> tail) {
    /** True if everything held. */
    public boolean isGood() {
        return failure.isEmpty();
    }
}
