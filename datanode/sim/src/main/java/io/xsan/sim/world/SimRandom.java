package io.xsan.sim.world;

import io.xsan.base.Check;
import io.xsan.base.seam.Entropy;

/**
 * A stream of random numbers, given by a seed and a name: drawing more from one stream shifts no
 * other. xoshiro256**, seeded by SplitMix64. Not for secrets.
 */
public final class SimRandom implements Entropy {
    private static final long GAMMA = 0x9E3779B97F4A7C15L;
    private static final int MILLION = 1_000_000;

    private final long origin;
    private long s0;
    private long s1;
    private long s2;
    private long s3;

    private SimRandom(long origin) {
        this.origin = origin;
        s0 = mix(origin + GAMMA);
        s1 = mix(s0 + GAMMA);
        s2 = mix(s1 + GAMMA);
        s3 = mix(s2 + GAMMA);
    }

    /** The stream {@code name} of a master seed. */
    public static SimRandom of(long seed, String name) {
        long hash = seed;
        for (int i = 0; i < name.length(); i++) {
            hash = mix(hash + GAMMA + name.charAt(i));
        }
        return new SimRandom(mix(hash));
    }

    /** A stream of its own, given by this stream's seed and a name; draws nothing from this one. */
    public SimRandom split(String name) {
        return of(origin, name);
    }

    /** Scrambles 64 bits (SplitMix64's finalizer): a bijection. */
    public static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    @Override
    public long nextLong() {
        long result = Long.rotateLeft(s1 * 5, 7) * 9;
        long t = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= t;
        s3 = Long.rotateLeft(s3, 45);
        return result;
    }

    /** A number from 0 to {@code bound} - 1. */
    public int below(int bound) {
        Check.that(bound > 0, "bound is positive", bound);
        return (int) Long.remainderUnsigned(nextLong(), bound);
    }

    /** A number from {@code low} to {@code high}, both included. */
    public long between(long low, long high) {
        Check.that(low <= high, "range is not empty", low, high);
        return low + Long.remainderUnsigned(nextLong() >>> 1, high - low + 1);
    }

    /** True {@code perMillion} times in a million. */
    public boolean happens(int perMillion) {
        return perMillion > 0 && below(MILLION) < perMillion;
    }

    /** True every second time. */
    public boolean coin() {
        return nextLong() < 0;
    }

    /**
     * A duration that is mostly around {@code typical}, sometimes a few times longer: the least of
     * two draws from a wide range, so that orders of events vary.
     */
    public long delay(long typical) {
        long wide = between(typical / 4, typical * 2);
        return happens(30_000) ? wide * 10 : wide;
    }
}
