/**
 * Heartbeats between datanodes over UDP: that a node lives, and how its disks are. Lost ones are a
 * hint only; the lease decides.
 *
 * <pre>
 *   HeartbeatReport --HeartbeatCodec--> datagram ~~~~> HeartbeatReceiver --> who is silent, whose disks fail
 * </pre>
 *
 * <p>No sockets and no clock here. Page docs/formats/heartbeat.md.
 */
@NullMarked
package io.xsan.meta.heartbeat;

import org.jspecify.annotations.NullMarked;
