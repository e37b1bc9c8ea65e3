/**
 * Heartbeats over UDP: a thread of its own that neither a disk nor a metadata command can delay.
 *
 * <pre>
 *   DiskHealth, free space --> Heartbeats --datagram every interval--> each node, or the group
 *                                  '<-- datagrams of the others --> HeartbeatReceiver --> heard()
 * </pre>
 */
@NullMarked
package io.xsan.server.heartbeat;

import org.jspecify.annotations.NullMarked;
