/**
 * The network between simulated nodes: connections that deliver frames in order, late, or break.
 *
 * <pre>
 *   Shard --send--> SimNetwork --end of turn: FrameWriter--> SimConnection --delay--> FrameReader --> Shard
 *                                                  SimFabric: connects, cuts, clogs, breaks
 * </pre>
 *
 * <p>What a connection carried when it broke is lost from some point on and never arrives later.
 */
@NullMarked
package io.xsan.sim.net;

import org.jspecify.annotations.NullMarked;
