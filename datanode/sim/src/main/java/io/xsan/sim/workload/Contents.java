package io.xsan.sim.workload;

import io.xsan.base.Check;
import io.xsan.sim.world.SimRandom;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What a unit of a volume holds after the write of a value: the value, its place, and a pattern of
 * both over the rest. Value 0 is all zeros.
 */
final class Contents {
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final int HEAD_WORDS = 3;

    private Contents() {}

    private static long pattern(long volume, long unit, long value) {
        return SimRandom.mix(value + SimRandom.mix(volume + SimRandom.mix(unit)));
    }

    static void fill(MemorySegment memory, int unitBytes, long volume, long unit, long value) {
        long pattern = pattern(volume, unit, value);
        memory.set(WORD, 0, value);
        memory.set(WORD, 8, volume);
        memory.set(WORD, 16, unit);
        for (int word = HEAD_WORDS; word < unitBytes / 8; word++) {
            memory.set(WORD, 8L * word, pattern + word);
        }
    }

    /** The value that the unit holds; bytes that no write can have left are a violation. */
    static long value(MemorySegment memory, int unitBytes, long volume, long unit) {
        long value = memory.get(WORD, 0);
        if (value == 0) {
            for (int word = 1; word < unitBytes / 8; word++) {
                Check.that(
                        memory.get(WORD, 8L * word) == 0,
                        "zeros are whole; unit, word",
                        unit,
                        word);
            }
            return 0;
        }
        Check.that(memory.get(WORD, 8) == volume, "bytes of this volume; unit", unit, value);
        Check.that(memory.get(WORD, 16) == unit, "bytes of this unit", unit, memory.get(WORD, 16));
        long pattern = pattern(volume, unit, value);
        for (int word = HEAD_WORDS; word < unitBytes / 8; word++) {
            Check.that(
                    memory.get(WORD, 8L * word) == pattern + word,
                    "bytes of one write; unit, word",
                    unit,
                    word);
        }
        return value;
    }
}
