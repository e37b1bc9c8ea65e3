/**
 * The CSI driver: what Kubernetes and other orchestrators ask for volumes.
 *
 * <pre>
 *   csi sidecars, kubelet --gRPC over a unix socket--> rpc -+-> identity
 *                                                           +-> controller --xsan.v1--> datanodes
 *                                                           +-> node --> mounts, mkfs, fsck
 *                                                                 |
 *                                                                 +-> Devices (held elsewhere)
 * </pre>
 *
 * Calls run on virtual threads and may block. Nothing here is on the path of I/O: ending this
 * process changes nothing for a mounted volume. Nothing is remembered here either: what is so is
 * asked of the datanodes and of the kernel's table of mounts.
 */
@NullMarked
package io.xsan.csi;

import org.jspecify.annotations.NullMarked;
