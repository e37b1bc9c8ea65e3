/**
 * The event loop of a shard: turns, time, and the way in for other threads.
 *
 * <pre>
 *   sockets ready -> handlers -> Shard   | one turn
 *   mailbox        -> actions -> Shard   | then: deliver local frames, send to peers,
 *                                        | commit to disk, send answers
 * </pre>
 */
@NullMarked
package io.xsan.server.shard;

import org.jspecify.annotations.NullMarked;
