package io.xsan.sim.cluster;

import io.xsan.base.ClusterId;
import io.xsan.base.NodeId;
import io.xsan.sim.meta.SimConsensus;
import io.xsan.sim.meta.SimLeases;
import io.xsan.sim.net.SimFabric;
import io.xsan.sim.world.SimWorld;
import java.util.function.ObjLongConsumer;

/** What all nodes of a cluster share; {@code replace} gives up a store that a node had. */
record Surroundings(
        SimWorld world,
        ClusterId cluster,
        SimFabric fabric,
        SimConsensus consensus,
        SimLeases leases,
        ShardFactory shards,
        NodeShape shape,
        ObjLongConsumer<NodeId> replace) {}
