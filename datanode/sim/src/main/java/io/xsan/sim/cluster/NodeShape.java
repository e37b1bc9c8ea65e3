package io.xsan.sim.cluster;

import io.xsan.base.memory.PoolConfig;

/** How large nodes are. */
public record NodeShape(long diskBytes, int segmentBytes, PoolConfig pool) {
    /** Small, so that segments are filled and cleaned within a run. */
    public static final NodeShape SMALL =
            new NodeShape(64L << 20, 1 << 20, new PoolConfig(64, 256, 2, 0, 4 << 20));
}
