package io.xsan.engine;

import io.xsan.base.ClusterId;
import io.xsan.base.log.Log;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.seam.Clock;
import io.xsan.base.seam.Entropy;
import io.xsan.meta.MetaPort;
import io.xsan.protocol.Network;
import io.xsan.store.BlockStore;

/** What a shard is built from: its identity and its seams. */
public record ShardSetup(
        ClusterId cluster,
        int node,
        long incarnation,
        Clock clock,
        Entropy entropy,
        Network network,
        MetaPort meta,
        BlockStore store,
        BufferPool pool,
        EngineLimits limits,
        Bugs bugs,
        Log log) {
    /** The same with another way to the metadata. */
    ShardSetup over(MetaPort other) {
        return new ShardSetup(
                cluster,
                node,
                incarnation,
                clock,
                entropy,
                network,
                other,
                store,
                pool,
                limits,
                bugs,
                log);
    }
}
