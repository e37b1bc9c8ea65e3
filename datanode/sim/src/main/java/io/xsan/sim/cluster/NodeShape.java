package io.xsan.sim.cluster;

import io.xsan.base.memory.PoolConfig;

/**
 * How large nodes are. Front ends have a pool of their own: if hosts could take all buffers, nodes
 * could wait for each other's for ever.
 */
public record NodeShape(long diskBytes, int segmentBytes, PoolConfig pool, PoolConfig hostPool) {
    /** Small, so that segments are filled and cleaned within a run. */
    public static final NodeShape SMALL =
            new NodeShape(
                    64L << 20,
                    1 << 20,
                    new PoolConfig(64, 192, 1, 0, 4 << 20),
                    new PoolConfig(0, 32, 0, 0, 4 << 20));
}
