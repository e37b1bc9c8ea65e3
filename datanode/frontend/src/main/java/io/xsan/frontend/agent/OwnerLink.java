package io.xsan.frontend.agent;

import io.xsan.base.ErrorCode;
import io.xsan.base.memory.PageBuffer;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameKind;
import org.jspecify.annotations.Nullable;

/**
 * The connection from an agent to whichever datanode owns a volume, one at a time. All calls on the
 * shard; none of them calls the volume back before it returns.
 */
public interface OwnerLink {
    /**
     * Finds out who owns the volume, by asking any datanode, and connects to it: greeting, TLS and
     * credits included. Ends in {@link AgentVolume#onConnected} or {@link
     * AgentVolume#onDisconnected}. {@code previous} tells why the last connection ended: on
     * NOT_OWNER what was known of the owner is out of date.
     */
    void connect(ErrorCode previous);

    /** Breaks the connection, or its making, at once. Nothing of it is delivered any more. */
    void disconnect();

    /** True if the link stands and has credit for a frame of {@code kind}. */
    boolean canSend(FrameKind kind);

    /**
     * Sends a frame. {@code header} is copied before return, identities of the link are filled in;
     * {@code body} is retained as long as needed and gives lengthBytes from {@code
     * bodyOffsetBytes}.
     */
    void send(FrameHeader header, @Nullable PageBuffer body, int bodyOffsetBytes);

    /** A session number greater than every one used for this attachment before, by any process. */
    long newSessionId();
}
