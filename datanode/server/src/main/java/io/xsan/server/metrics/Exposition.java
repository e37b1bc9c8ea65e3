package io.xsan.server.metrics;

import io.xsan.base.latency.Latencies;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Text in the exposition format of Prometheus, version 0.0.4: families with HELP and TYPE, their
 * samples together. Values added under one name in any order end up in one family.
 */
final class Exposition {
    private static final double NANOS = 1e9;

    private final Map<String, StringBuilder> families = new LinkedHashMap<>();

    /** Labels of a sample as they stand in the text, such as {@code {volume="a"}}; "" for none. */
    static String labels(String... namesAndValues) {
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i + 1 < namesAndValues.length; i += 2) {
            text.append(i == 0 ? "" : ",").append(namesAndValues[i]).append("=\"");
            text.append(escaped(namesAndValues[i + 1])).append('"');
        }
        return namesAndValues.length == 0 ? "" : text.append('}').toString();
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    private StringBuilder family(String name, String type, String help) {
        return families.computeIfAbsent(
                name,
                _ ->
                        new StringBuilder("# HELP ")
                                .append(name)
                                .append(' ')
                                .append(help.replace("\\", "\\\\").replace("\n", "\\n"))
                                .append("\n# TYPE ")
                                .append(name)
                                .append(' ')
                                .append(type)
                                .append('\n'));
    }

    private static void sample(StringBuilder text, String name, String labels, String value) {
        text.append(name).append(labels).append(' ').append(value).append('\n');
    }

    /** A value that goes up and down. */
    void gauge(String name, String help, String labels, double value) {
        sample(family(name, "gauge", help), name, labels, number(value));
    }

    /** A value that only grows while the process lives; its name ends with _total. */
    void counter(String name, String help, String labels, double value) {
        sample(family(name, "counter", help), name, labels, number(value));
    }

    /** Durations as a histogram in seconds; {@code labels} as name and value pairs. */
    void histogram(String name, String help, Latencies latencies, String... labels) {
        StringBuilder text = family(name, "histogram", help);
        long upTo = 0;
        for (int bucket = 0; bucket < Latencies.BUCKETS; bucket++) {
            upTo += latencies.count(bucket);
            boolean isLast = bucket == Latencies.BUCKETS - 1;
            String bound = isLast ? "+Inf" : number(Latencies.boundNanos(bucket) / NANOS);
            String[] all = java.util.Arrays.copyOf(labels, labels.length + 2);
            all[labels.length] = "le";
            all[labels.length + 1] = bound;
            sample(text, name + "_bucket", labels(all), number(upTo));
        }
        sample(text, name + "_sum", labels(labels), number(latencies.sumNanos() / NANOS));
        sample(text, name + "_count", labels(labels), number(upTo));
    }

    private static String number(double value) {
        boolean isWhole = value == Math.rint(value) && Math.abs(value) < 1L << 53;
        return isWhole ? Long.toString((long) value) : Double.toString(value);
    }

    /** All families. */
    String text() {
        return String.join("", families.values());
    }
}
