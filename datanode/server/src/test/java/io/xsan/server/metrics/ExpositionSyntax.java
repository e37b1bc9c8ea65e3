package io.xsan.server.metrics;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What Prometheus' own tool checks in an exposition: its syntax, and the rules for names. */
public final class ExpositionSyntax {
    private static final Pattern HEAD = Pattern.compile("# (HELP|TYPE) ([a-z_][a-z0-9_]*) (\\S.*)");
    private static final String LABEL = "[a-z_][a-z0-9_]*=\"(?:[^\"\\\\]|\\\\[\"\\\\n])*\"";
    private static final Pattern SAMPLE =
            Pattern.compile(
                    "([a-z_][a-z0-9_]*)(\\{%1$s(?:,%1$s)*\\})? ([0-9.E+-]+|NaN|[+-]Inf)"
                            .formatted(LABEL));

    private ExpositionSyntax() {}

    /** The names of all families; an IllegalArgumentException names the first fault. */
    public static Set<String> check(String text) {
        Map<String, String> types = new HashMap<>();
        Set<String> helped = new HashSet<>();
        Set<String> samples = new HashSet<>();
        @Nullable String current = null;
        for (String line : text.lines().toList()) {
            Matcher head = HEAD.matcher(line);
            if (head.matches() && head.group(1).equals("HELP")) {
                verify(helped.add(head.group(2)), line, "a second HELP");
            } else if (head.matches()) {
                current = head.group(2);
                verify(types.put(current, head.group(3)) == null, line, "a second TYPE");
                verify(helped.contains(current), line, "no HELP before TYPE");
                boolean isCounter = head.group(3).equals("counter");
                verify(isCounter == current.endsWith("_total"), line, "_total is for counters");
            } else {
                Matcher sample = SAMPLE.matcher(line);
                verify(sample.matches(), line, "not a sample");
                verify(current != null, line, "no TYPE before it");
                verify(isOf(sample.group(1), current, types), line, "outside of its family");
                verify(samples.add(sample.group(1) + sample.group(2)), line, "twice");
                Double.parseDouble(sample.group(3).replace("Inf", "Infinity"));
            }
        }
        return new TreeSet<>(types.keySet());
    }

    private static boolean isOf(String name, @Nullable String family, Map<String, String> types) {
        return name.equals(family)
                || "histogram".equals(types.get(family))
                        && name.matches(family + "_(bucket|sum|count)");
    }

    private static void verify(boolean isGood, String line, String fault) {
        if (!isGood) {
            throw new IllegalArgumentException(fault + ": " + line);
        }
    }
}
