/**
 * Range locks of a volume: overlapping I/O is ordered by arrival. Shard only; allocates nothing per
 * lock.
 */
@NullMarked
package io.xsan.engine.lock;

import org.jspecify.annotations.NullMarked;
