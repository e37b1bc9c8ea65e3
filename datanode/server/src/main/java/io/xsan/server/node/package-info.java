/**
 * A datanode: everything of one process, wired by hand.
 *
 * <pre>
 *   config -> TLS -> metadata (RocksDB, Raft) -> shard -> registered -> leases, API, health
 * </pre>
 */
@NullMarked
package io.xsan.server.node;

import org.jspecify.annotations.NullMarked;
