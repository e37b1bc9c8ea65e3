package io.xsan.sim.world;

import java.util.ArrayList;
import java.util.List;

/** What happened in a world: a hash over everything and the last lines of it. */
public final class Trace {
    private static final int LINES = 1 << 13;

    private final long[] times = new long[LINES];
    private final String[] names = new String[LINES];
    private final long[] values = new long[3 * LINES];
    private long count;
    private long hash = 0x5851F42D4C957F2DL;

    Trace() {}

    void add(long timeNanos, String what, long a, long b, long c) {
        int slot = (int) (count++ & (LINES - 1));
        times[slot] = timeNanos;
        names[slot] = what;
        values[3 * slot] = a;
        values[3 * slot + 1] = b;
        values[3 * slot + 2] = c;
        hash = step(step(step(step(step(hash, timeNanos), what.hashCode()), a), b), c);
    }

    private static long step(long hash, long value) {
        return Long.rotateLeft((hash ^ value) * 0x9E3779B97F4A7C15L, 29);
    }

    /** Hash over all lines so far. */
    public long hash() {
        return SimRandom.mix(hash);
    }

    /** Lines so far. */
    public long count() {
        return count;
    }

    /** The last {@code most} lines, oldest first, as far as they are kept. */
    public List<String> tail(int most) {
        List<String> lines = new ArrayList<>();
        for (long i = Math.max(0, count - Math.min(most, LINES)); i < count; i++) {
            int slot = (int) (i & (LINES - 1));
            lines.add(
                    "%12.6f %-14s %d %d %d"
                            .formatted(
                                    times[slot] / 1e9,
                                    names[slot],
                                    values[3 * slot],
                                    values[3 * slot + 1],
                                    values[3 * slot + 2]));
        }
        return lines;
    }
}
