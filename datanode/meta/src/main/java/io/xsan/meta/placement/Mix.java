package io.xsan.meta.placement;

import java.nio.charset.StandardCharsets;

/** The hash of placement: fixed for ever, since results live in the places of data. */
final class Mix {
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    private Mix() {}

    /** A bijection of 64 bits in which every input bit reaches every output bit. */
    static long of(long value) {
        long mixed = value + GOLDEN;
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }

    /** Hash of a pair. */
    static long of(long first, long second) {
        return of(of(first) ^ second);
    }

    /** Hash of a text. */
    static long of(long seed, String text) {
        long mixed = of(seed);
        for (byte part : text.getBytes(StandardCharsets.UTF_8)) {
            mixed = of(mixed ^ part);
        }
        return mixed;
    }
}
