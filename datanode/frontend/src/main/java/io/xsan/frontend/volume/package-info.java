/**
 * The owner's side of the volume protocol: requests of agents, for one session each.
 *
 * <pre>
 *   LinkState, FrameReader --frames--> VolumeConnection --VolumeIo--> engine
 *   VolumeLink  <--answers, notices--------'
 * </pre>
 *
 * <p>One connection is one session of an attachment: when the engine drops the session the
 * connection is closed, and what it had not read is lost with it (rule 10). One shard.
 */
@NullMarked
package io.xsan.frontend.volume;

import org.jspecify.annotations.NullMarked;
