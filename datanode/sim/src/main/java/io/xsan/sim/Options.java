package io.xsan.sim;

import io.xsan.engine.Bug;
import io.xsan.sim.run.Profile;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * What the program was asked for. {@code seed} is the first seed, {@code seeds} how many from
 * there, 0 for the standard; {@code ios} I/Os of each; {@code bug} the only one to search, {@code
 * record} the root of the sources into which finds are written.
 */
record Options(
        long seed,
        int seeds,
        int ios,
        Optional<Profile> profile,
        boolean bugs,
        Optional<Bug> bug,
        Optional<Path> record,
        boolean isVerbose) {
    static final String USAGE =
            """
            xsan sim: runs whole clusters on one thread, each from a seed
              --seeds N      how many seeds to run (default 100; with --bugs for each, 2000)
              --seed S       the first seed (default 1); with --seeds 1 a replay
              --ios N        I/Os of each run (default 1000; searches for bugs always have 1000)
              --profile P    faults of this profile instead of the seed's own
              --bugs         search each planted bug until a seed finds it, and print a table
              --bug B        search this planted bug only
              --record DIR   with --bugs or --bug: write finds into the sources in DIR, for the
                             tests and docs/testing/simulator.md
              --verbose      one line for each seed\
            """;

    /** Reads the arguments; an IllegalArgumentException says what is wrong with them. */
    static Options parse(String... arguments) {
        long seed = 1;
        int seeds = 0;
        int ios = Find.IOS;
        Optional<Profile> profile = Optional.empty();
        Optional<Bug> bug = Optional.empty();
        Optional<Path> record = Optional.empty();
        boolean bugs = false;
        boolean isVerbose = false;
        for (int i = 0; i < arguments.length; i++) {
            String name = arguments[i];
            switch (name) {
                case "--bugs" -> bugs = true;
                case "--verbose" -> isVerbose = true;
                case "--seed" -> seed = Long.parseLong(value(arguments, ++i));
                case "--seeds" -> seeds = Integer.parseInt(value(arguments, ++i));
                case "--ios" -> ios = Integer.parseInt(value(arguments, ++i));
                case "--profile" -> profile = Optional.of(profile(value(arguments, ++i)));
                case "--bug" -> bug = Optional.of(Bug.valueOf(value(arguments, ++i)));
                case "--record" -> record = Optional.of(Path.of(value(arguments, ++i)));
                default -> throw new IllegalArgumentException("unknown option " + name);
            }
        }
        bugs |= bug.isPresent();
        return new Options(seed, seeds, ios, profile, bugs, bug, record, isVerbose);
    }

    private static String value(String[] arguments, int index) {
        if (index == arguments.length) {
            throw new IllegalArgumentException(arguments[index - 1] + " needs a value");
        }
        return arguments[index];
    }

    private static Profile profile(String name) {
        return Profile.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /** Seeds asked for, or {@code standard}. */
    int seedsOr(int standard) {
        return seeds == 0 ? standard : seeds;
    }
}
