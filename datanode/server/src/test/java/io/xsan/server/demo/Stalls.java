package io.xsan.server.demo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** How long hosts got no answer, in milliseconds, over the repetitions of one fault. */
final class Stalls {
    private final String what;
    private final List<Long> millis = new ArrayList<>();

    Stalls(String what) {
        this.what = what;
    }

    void add(long stallMillis) {
        System.out.printf("%s: stall %d ms%n", what, stallMillis);
        millis.add(stallMillis);
    }

    long longest() {
        return Collections.max(millis);
    }

    private long percentile(double share) {
        List<Long> sorted = millis.stream().sorted().toList();
        return sorted.get((int) Math.ceil(share * sorted.size()) - 1);
    }

    String summary() {
        return String.format(
                "%s: %d times, stall p50 %d ms, p99 %d ms, max %d ms",
                what, millis.size(), percentile(0.5), percentile(0.99), longest());
    }
}
