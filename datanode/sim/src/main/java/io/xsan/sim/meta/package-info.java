/**
 * The metadata group of a simulated cluster: one log behind the seam of consensus that answers
 * late, not at all or maybe, images that reach each node in its own time, and leases.
 *
 * <pre>
 *   Shard --Command--> SimMetaPort --bytes--> SimConsensus (MetaStateMachine) --ClusterImage--> each node
 *                                                  '--asks--> SimLeases, before an epoch is taken away
 * </pre>
 *
 * <p>Raft itself is not simulated: that the log is one is given here.
 */
@NullMarked
package io.xsan.sim.meta;

import org.jspecify.annotations.NullMarked;
