package io.xsan.sim;

import io.xsan.engine.Bug;
import io.xsan.sim.run.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A planted bug and a seed that finds it, of {@link #IOS} I/Os; seed 0 if none did. As a line of a
 * file: bug, seed, profile of the seed, how it showed.
 */
record Find(Bug bug, long seed, String profile, String shows) {
    /** I/Os of the runs in which bugs are searched. */
    static final int IOS = 1000;

    static Find none(Bug bug, int seeds) {
        return new Find(bug, 0, "-", "not found in " + seeds + " seeds");
    }

    static Find of(Bug bug, Verdict verdict) {
        return new Find(bug, verdict.seed(), verdict.profile().name(), shows(verdict.failure()));
    }

    boolean isFound() {
        return seed > 0;
    }

    /** What a failure says, without what differs from seed to seed. */
    private static String shows(String failure) {
        String text = failure.lines().findFirst().orElse("");
        text = text.substring(text.indexOf(' ') + 1).replaceFirst("^volume \\S+ unit \\d+: ", "");
        return text.split(" \\[|[:;]", 2)[0];
    }

    String line() {
        return "%-24s %5d %-14s %s".formatted(bug, seed, profile, shows);
    }

    /** The find of a line; empty for a line of another bug than those that exist, or of none. */
    static Optional<Find> parse(String line) {
        String[] words = line.strip().split("\\s+", 4);
        for (Bug bug : Bug.values()) {
            if (words.length == 4 && bug.name().equals(words[0])) {
                return Optional.of(new Find(bug, Long.parseLong(words[1]), words[2], words[3]));
            }
        }
        return Optional.empty();
    }

    /** The finds of a file's lines. */
    static List<Find> parse(List<String> lines) {
        List<Find> finds = new ArrayList<>();
        lines.forEach(line -> parse(line).ifPresent(finds::add));
        return finds;
    }
}
