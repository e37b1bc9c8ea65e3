/**
 * The agent: attaches volumes to this host's kernel through FUSE and a loop device.
 *
 * <pre>
 *   holder (keeps /dev/fuse open, mounts, loop devices) --starts, restarts--> worker
 *   worker: FuseDevice --FuseConnection--> AgentVolume --TLS--> owner of the volume
 * </pre>
 *
 * <p>The holder is small and does no I/O, so that the worker can crash or be replaced while the
 * kernel's requests wait: a new worker takes the descriptors from the holder and asks the kernel to
 * send again what was not answered.
 */
@NullMarked
package io.xsan.server.agent;

import org.jspecify.annotations.NullMarked;
