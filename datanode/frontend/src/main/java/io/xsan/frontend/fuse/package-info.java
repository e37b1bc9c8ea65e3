/**
 * A volume as one file of the kernel's FUSE, below a loop device: the attach mode of hosts without
 * nvme-tcp and nbd.
 *
 * <pre>
 *   kernel --request--> FuseConnection --VolumeIo--> VolumeSession
 *          <--reply---- FuseSink       <--onDone---
 * </pre>
 *
 * <p>Sans I/O: requests come as whole messages read from /dev/fuse, replies leave by the sink. One
 * shard only. The mount's root is the file itself (rootmode of a regular file), so no directory
 * operation exists. Protocol: include/uapi/linux/fuse.h, 7.31 and later.
 */
@NullMarked
package io.xsan.frontend.fuse;

import org.jspecify.annotations.NullMarked;
