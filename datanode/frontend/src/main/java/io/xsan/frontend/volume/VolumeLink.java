package io.xsan.frontend.volume;

import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.VolumeSession;
import io.xsan.protocol.FrameHeader;
import org.jspecify.annotations.Nullable;

/** What a {@link VolumeConnection} needs of its surroundings; all on the shard. */
public interface VolumeLink {
    /**
     * Sends a frame to the agent. {@code header} is copied before return, identities of the link
     * are filled in; {@code body} is retained as long as needed. Frames leave in order.
     */
    void send(FrameHeader header, @Nullable PageBuffer body, int bodyOffsetBytes);

    /** Closes the connection when what was sent has left. */
    void close();

    /** As {@link io.xsan.engine.Shard#connect}. */
    void connect(long volumeId, long attachmentId, long sessionId, VolumeSession.Listener listener);
}
