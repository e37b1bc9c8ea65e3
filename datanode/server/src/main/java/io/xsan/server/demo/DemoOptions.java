package io.xsan.server.demo;

import java.nio.file.Path;

/** What the demo is asked for. */
record DemoOptions(int seconds, boolean keep, Path directory, long sizeBytes) {
    static final int SECONDS_MIN = 5;
    static final int SECONDS_MAX = 86_400;
    static final long SIZE_BYTES_MIN = 64L << 20;
    static final long SIZE_BYTES_MAX = 1L << 40;

    DemoOptions {
        check(
                seconds >= SECONDS_MIN && seconds <= SECONDS_MAX || seconds == 0 && keep,
                "--seconds: " + seconds,
                "5..86400, or 0 with --keep: no load");
        check(
                sizeBytes >= SIZE_BYTES_MIN && sizeBytes <= SIZE_BYTES_MAX,
                "--size: " + sizeBytes + " bytes",
                "64MiB to 1TiB");
        check(sizeBytes % Load.CHUNK_BYTES == 0, "--size: " + sizeBytes, "a multiple of 64KiB");
    }

    private static void check(boolean isGood, String what, String allowed) {
        if (!isGood) {
            throw new IllegalArgumentException("option " + what + ", allowed is " + allowed);
        }
    }
}
