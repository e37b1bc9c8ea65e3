package io.xsan.sim.cluster;

import io.xsan.base.memory.PoolConfig;

/**
 * How large nodes are. Front ends have a pool of their own: if hosts could take all buffers, nodes
 * could wait for each other's for ever. Nodes tell the metadata {@code toldTimes} the space that
 * they have, so that more can be promised than there is.
 */
public record NodeShape(
        int devices,
        long diskBytes,
        int toldTimes,
        int segmentBytes,
        PoolConfig pool,
        PoolConfig hostPool) {
    /** Small, so that segments are filled and cleaned within a run. */
    public static final NodeShape SMALL =
            new NodeShape(
                    1,
                    64L << 20,
                    1,
                    1 << 20,
                    new PoolConfig(64, 192, 1, 0, 4 << 20),
                    new PoolConfig(0, 32, 0, 0, 4 << 20));

    /** The same with less space than a run writes. */
    public static final NodeShape TIGHT =
            new NodeShape(1, 14L << 20, 8, SMALL.segmentBytes(), SMALL.pool(), SMALL.hostPool());

    /** The same with so many devices for each node. */
    public NodeShape withDevices(int count) {
        return new NodeShape(count, diskBytes, toldTimes, segmentBytes, pool, hostPool);
    }
}
