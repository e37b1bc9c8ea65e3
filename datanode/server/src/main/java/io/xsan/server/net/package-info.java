/**
 * Connections between datanodes: the network seam over Netty and TLS 1.3.
 *
 * <pre>
 *   PeerNetwork -- one PeerLink per node --> PeerChannel (FrameWriter, FrameReader, LinkState)
 * </pre>
 *
 * <p>Of two nodes the one with the lower number dials. Everything runs on the shard's loop.
 */
@NullMarked
package io.xsan.server.net;

import org.jspecify.annotations.NullMarked;
