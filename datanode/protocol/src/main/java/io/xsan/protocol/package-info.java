/**
 * The framed binary protocol between datanodes, and from agents to the owner of a volume.
 *
 * <pre>
 *   FrameHeader (fields) -- FrameCodec --> 128 bytes, FrameLayout
 *   frame = header | body          body of data frames = page checksums | pages
 * </pre>
 *
 * <p>Sans I/O: bytes in, fields out. Hostile bytes give a {@link io.xsan.protocol.FrameFault},
 * never an exception. One shard per instance. See docs/formats/frame.md.
 */
@NullMarked
package io.xsan.protocol;

import org.jspecify.annotations.NullMarked;
