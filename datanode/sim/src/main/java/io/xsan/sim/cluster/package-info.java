/**
 * Simulated nodes and the cluster that they form: each node is a process (a lane) with the real
 * shard and store on a simulated device, that can be killed, paused, cut off and started again.
 *
 * <pre>
 *   SimCluster -- SimNode: lane, clock, device (lives on)
 *                    '- Life: pool, LogStore, ShardCore, SimNetwork, lease loop (ends with the process)
 * </pre>
 */
@NullMarked
package io.xsan.sim.cluster;

import org.jspecify.annotations.NullMarked;
