/**
 * The way of other threads to a shard: a bounded ring without locks, many producers, one consumer.
 *
 * <pre>
 *   any thread --post--> MailboxRing --drain, in batches--> the shard's loop
 *                  |
 *                  '-- full: the poster waits, and is counted
 * </pre>
 */
@NullMarked
package io.xsan.server.mailbox;

import org.jspecify.annotations.NullMarked;
