/**
 * The block store of one shard of a datanode: components of volumes kept in the log of segments of
 * its devices.
 *
 * <pre>
 *   engine.component --WriteOp--> BlockStore --one gather write + one sync per turn--> Disk
 *                    <-onStoreDone--          (group commit: flush() at the end of the turn)
 * </pre>
 *
 * <p>{@link io.xsan.store.BlockStore} is the face; the log is behind it. One shard only. Knows of
 * versions and generations, not of epochs' meaning, peers or hosts.
 */
@NullMarked
package io.xsan.store;

import org.jspecify.annotations.NullMarked;
