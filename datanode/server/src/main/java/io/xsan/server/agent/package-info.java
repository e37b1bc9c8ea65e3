/**
 * The agent: attaches volumes to this host's kernel.
 *
 * <pre>
 *   xsan attach, CSI --control socket--> Holder (first process: descriptors, mounts, loop devices)
 *                                          | starts, restarts      | worker socket: serve, drop
 *                                          v                       v
 *   kernel --requests--> ServedDevice --> AgentVolume --TLS--> owner of the volume   (worker process)
 * </pre>
 *
 * <p>The holder is small and does no I/O, so that the worker can crash or be replaced while the
 * kernel's requests wait: a new worker takes duplicates of the descriptors from the holder and asks
 * the kernel to send again what was not answered. When the holder ends, the worker goes on; the
 * next holder takes the descriptors back from it. {@link AttachMode} is what a way of attaching has
 * to offer. The worker's volumes live on one loop, the holder blocks on threads of its own.
 */
@NullMarked
package io.xsan.server.agent;

import org.jspecify.annotations.NullMarked;
