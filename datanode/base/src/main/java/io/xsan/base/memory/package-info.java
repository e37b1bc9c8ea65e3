/**
 * Page-aligned buffers in pools of fixed size, made at start: the one buffer type of the core.
 *
 * <p>Ownership: {@code takeX} gives the caller a reference that it must release, {@code borrowX}
 * does not. Reference counts are plain ints: a buffer belongs to one shard, and adapters that use
 * its bytes on other threads hand it back to the shard before it is released.
 */
@NullMarked
package io.xsan.base.memory;

import org.jspecify.annotations.NullMarked;
