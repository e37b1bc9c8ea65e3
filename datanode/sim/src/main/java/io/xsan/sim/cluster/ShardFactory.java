package io.xsan.sim.cluster;

import io.xsan.base.ClusterId;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.seam.Clock;
import io.xsan.base.seam.Entropy;
import io.xsan.base.seam.Scheduler;
import io.xsan.engine.Shard;
import io.xsan.meta.MetaPort;
import io.xsan.protocol.Network;
import io.xsan.store.BlockStore;

/** Makes the shard of one life of a node. */
@FunctionalInterface
public interface ShardFactory {
    /** What a shard stands on. */
    record Seams(
            ClusterId cluster,
            int node,
            long incarnation,
            Clock clock,
            Scheduler scheduler,
            Entropy entropy,
            BufferPool pool,
            BlockStore store,
            Network network,
            MetaPort meta) {}

    /** A shard on these seams. */
    Shard make(Seams seams);
}
