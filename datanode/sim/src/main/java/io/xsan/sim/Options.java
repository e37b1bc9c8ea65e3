package io.xsan.sim;

import io.xsan.sim.run.Profile;
import java.util.Locale;
import java.util.Optional;

/**
 * What the program was asked for. {@code seed} is the first seed, {@code seeds} how many from
 * there, {@code ios} I/Os of each.
 */
record Options(
        long seed, int seeds, int ios, Optional<Profile> profile, boolean bugs, boolean isVerbose) {
    static final String USAGE =
            """
            xsan sim: runs whole clusters on one thread, each from a seed
              --seeds N      how many seeds to run (default 100; with --bugs for each, 2000)
              --seed S       the first seed (default 1); with --seeds 1 a replay
              --ios N        I/Os of each run (default 1000)
              --profile P    faults of this profile instead of the seed's own
              --bugs         search each planted bug until a seed finds it, and print a table
              --verbose      one line for each seed\
            """;

    private static final Options DEFAULT = new Options(1, 0, 1000, Optional.empty(), false, false);

    /** Reads the arguments; an IllegalArgumentException says what is wrong with them. */
    static Options parse(String... arguments) {
        Options options = DEFAULT;
        for (int i = 0; i < arguments.length; i++) {
            String name = arguments[i];
            options =
                    switch (name) {
                        case "--bugs" -> options.withBugs();
                        case "--verbose" -> options.verbose();
                        case "--seed", "--seeds", "--ios", "--profile" -> {
                            if (++i == arguments.length) {
                                throw new IllegalArgumentException(name + " needs a value");
                            }
                            yield options.with(name, arguments[i]);
                        }
                        default -> throw new IllegalArgumentException("unknown option " + name);
                    };
        }
        return options;
    }

    private Options with(String name, String value) {
        return switch (name) {
            case "--seed" ->
                    new Options(Long.parseLong(value), seeds, ios, profile, bugs, isVerbose);
            case "--seeds" ->
                    new Options(seed, Integer.parseInt(value), ios, profile, bugs, isVerbose);
            case "--ios" ->
                    new Options(seed, seeds, Integer.parseInt(value), profile, bugs, isVerbose);
            default ->
                    new Options(
                            seed,
                            seeds,
                            ios,
                            Optional.of(
                                    Profile.valueOf(
                                            value.toUpperCase(Locale.ROOT).replace('-', '_'))),
                            bugs,
                            isVerbose);
        };
    }

    /** Seeds asked for, or {@code standard}. */
    int seedsOr(int standard) {
        return seeds == 0 ? standard : seeds;
    }

    private Options withBugs() {
        return new Options(seed, seeds, ios, profile, true, isVerbose);
    }

    private Options verbose() {
        return new Options(seed, seeds, ios, profile, bugs, true);
    }
}
