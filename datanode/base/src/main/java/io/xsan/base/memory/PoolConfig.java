package io.xsan.base.memory;

import io.xsan.base.Check;

/**
 * How many buffers of each size class a pool holds. Small is 1 KiB, medium 64 KiB, large 4 MiB,
 * huge {@code hugeBytes} (a multiple of 4 MiB).
 */
public record PoolConfig(
        int smallCount, int mediumCount, int largeCount, int hugeCount, int hugeBytes) {
    /** What a shard of a datanode uses if nothing is configured: about 200 MiB. */
    public static final PoolConfig DEFAULT = new PoolConfig(1024, 1024, 32, 1, 8 << 20);

    /** Checks that no count is negative and sizes are whole blocks. */
    public PoolConfig {
        Check.that(smallCount >= 0 && mediumCount >= 0, "pool counts are not negative");
        Check.that(largeCount >= 0 && hugeCount >= 0, "pool counts are not negative");
        Check.that(hugeBytes >= 4 << 20 && hugeBytes % (4 << 20) == 0, "huge size", hugeBytes);
    }
}
