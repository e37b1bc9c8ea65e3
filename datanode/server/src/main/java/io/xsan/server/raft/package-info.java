/**
 * The metadata group over Apache Ratis: the consensus seam, leases, and the way from a shard to the
 * metadata.
 *
 * <pre>
 *   shard --RaftMetaPort--> RatisLog --RaftClient--> leader --log--> MetaLog on every member
 *                                                                     '--image--> listeners
 * </pre>
 */
@NullMarked
package io.xsan.server.raft;

import org.jspecify.annotations.NullMarked;
