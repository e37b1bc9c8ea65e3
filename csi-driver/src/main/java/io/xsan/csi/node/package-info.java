/**
 * The node service: devices of volumes become mounts and files that pods use.
 *
 * <pre>
 *   stage      Devices.attach, look at what the device holds, mkfs only if it holds nothing,
 *              fsck, grow, mount at the staging path
 *   publish    bind mount of the staging path (or of the device itself) at the target
 *   unpublish, unstage   the same backwards; what is gone already is success
 * </pre>
 *
 * <p>What is mounted where is read from the kernel each time; nothing is remembered. Programs of
 * the distribution do the work (mkfs, fsck, mount), each with a deadline. A device with any
 * signature is never formatted.
 */
@NullMarked
package io.xsan.csi.node;

import org.jspecify.annotations.NullMarked;
