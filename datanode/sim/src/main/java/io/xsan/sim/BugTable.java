package io.xsan.sim;

import io.xsan.engine.Bug;
import io.xsan.sim.run.Campaign;
import io.xsan.sim.run.Verdict;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Searches planted bugs and keeps what seed found each: for the tests, and as a table. */
final class BugTable {
    private static final int SEEDS_MAX = 2000;
    private static final Path RECORDED =
            Path.of("datanode", "sim", "src", "test", "resources", "planted-bugs.txt");
    private static final Path DOCUMENT = Path.of("docs", "testing", "simulator.md");
    private static final String BEGIN = "<!-- planted bugs -->";
    private static final String END = "<!-- end of planted bugs -->";

    private BugTable() {}

    /** Searches the bugs asked for, prints a line for each; true if all were found. */
    static boolean search(Options options, PrintStream out) {
        List<Find> finds = new ArrayList<>();
        for (Bug bug : Bug.values()) {
            if (options.bug().map(bug::equals).orElse(true)) {
                Find find = search(bug, options);
                finds.add(find);
                out.println(find.line());
            }
        }
        options.record().ifPresent(root -> record(root, finds));
        return finds.stream().allMatch(Find::isFound);
    }

    private static Find search(Bug bug, Options options) {
        Campaign campaign = new Campaign(Find.IOS, options.profile(), RealShards.with(bug));
        long end = options.seed() + options.seedsOr(SEEDS_MAX);
        for (long seed = options.seed(); seed < end; seed++) {
            Verdict verdict = campaign.run(seed);
            if (!verdict.isGood()) {
                return Find.of(bug, verdict);
            }
        }
        return Find.none(bug, options.seedsOr(SEEDS_MAX));
    }

    /** Puts finds in the place of those of the same bugs, in the sources below {@code root}. */
    private static void record(Path root, List<Find> finds) {
        try {
            Path file = root.resolve(RECORDED);
            TreeMap<Bug, Find> all = new TreeMap<>();
            Find.parse(Files.readAllLines(file)).forEach(find -> all.put(find.bug(), find));
            finds.forEach(find -> all.put(find.bug(), find));
            List<String> lines = new ArrayList<>();
            lines.add("# Written by ./xsan sim --bugs --record .: bug, seed, its profile, failure");
            all.values().forEach(find -> lines.add(find.line()));
            Files.write(file, lines);
            Path document = root.resolve(DOCUMENT);
            Files.writeString(
                    document, withTable(Files.readString(document), List.copyOf(all.values())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String withTable(String document, List<Find> finds) {
        int begin = document.indexOf(BEGIN);
        int end = document.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException(
                    DOCUMENT + " needs a line " + BEGIN + " and after it a line " + END);
        }
        return document.substring(0, begin + BEGIN.length())
                + "\n\n"
                + table(finds)
                + "\n"
                + document.substring(end);
    }

    private static String table(List<Find> finds) {
        StringBuilder text = new StringBuilder("| bug | seed | profile | how it shows |\n");
        text.append("|---|---|---|---|\n");
        long[] seeds =
                finds.stream().filter(Find::isFound).mapToLong(Find::seed).sorted().toArray();
        for (Find find : finds) {
            text.append("| ").append(find.bug());
            text.append(" | ").append(find.isFound() ? find.seed() : "**none**");
            text.append(" | ").append(find.profile());
            text.append(" | ").append(find.shows()).append(" |\n");
        }
        long median = seeds.length == 0 ? 0 : seeds[seeds.length / 2];
        text.append(
                "\nFound: %d of %d; the median of the seeds is %d.\n"
                        .formatted(seeds.length, finds.size(), median));
        return text.toString();
    }
}
