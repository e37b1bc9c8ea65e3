/**
 * NBD (newstyle fixed) for the tools and kernels of hosts, as a state machine without sockets.
 *
 * <pre>
 *   bytes --> NbdConnection: NbdHandshake --(GO, EXPORT_NAME)--> NbdTransmission --VolumeIo--> engine
 *   NbdSink <-- replies, and data of the engine's buffers, not copied
 * </pre>
 *
 * <p>One shard per connection. Nothing is read while a limit of {@link
 * io.xsan.frontend.nbd.NbdConfig} is reached. Errors of the engine become those of NBD in {@link
 * io.xsan.frontend.nbd.NbdErrors} only.
 */
@NullMarked
package io.xsan.frontend.nbd;

import org.jspecify.annotations.NullMarked;
