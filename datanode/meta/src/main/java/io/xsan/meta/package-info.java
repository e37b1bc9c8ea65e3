/**
 * The cluster's metadata: a deterministic state machine over a replicated log of commands, and the
 * immutable images of its state that everybody else reads.
 *
 * <pre>
 *   Command --ConsensusLog--> MetaStateMachine (KvStore) --> ClusterImage --> shards, API, operator
 *                                         '--> Result --> proposer
 * </pre>
 */
@NullMarked
package io.xsan.meta;

import org.jspecify.annotations.NullMarked;
