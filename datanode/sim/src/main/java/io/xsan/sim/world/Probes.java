package io.xsan.sim.world;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Counters of rare branches, so that a run can show that it reached them. */
public final class Probes {
    private final TreeMap<String, Long> counts = new TreeMap<>();

    /** No probe was hit yet. */
    public Probes() {}

    /** Counts one more of {@code name}. */
    public void hit(String name) {
        add(name, 1);
    }

    /** Counts {@code count} more of {@code name}. */
    public void add(String name, long count) {
        counts.merge(name, count, Long::sum);
    }

    /** Adds all counts of another run. */
    public void addAll(Map<String, Long> others) {
        others.forEach(this::add);
    }

    /** All counts by name. */
    public SortedMap<String, Long> counts() {
        return new TreeMap<>(counts);
    }
}
