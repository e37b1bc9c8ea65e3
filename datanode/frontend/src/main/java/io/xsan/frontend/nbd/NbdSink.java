package io.xsan.frontend.nbd;

import io.xsan.base.memory.PageBuffer;
import java.nio.ByteBuffer;

/**
 * Where a connection's output goes: a socket, or a test. What is written leaves in order, at the
 * latest at the end of the turn. Calls come on the connection's shard; none of them calls the
 * connection back before it returns.
 */
public interface NbdSink {
    /** Sends a few bytes, from position to limit, copied before return. */
    void write(ByteBuffer bytes);

    /** Sends bytes of a buffer without copying them; retains it until they have left. */
    void write(PageBuffer buffer, int offsetBytes, int lengthBytes);

    /**
     * Calls {@link NbdConnection#onBytes} again, later in this turn or the next, with what it left,
     * and reads on.
     */
    void resumeReading();

    /** Sends what was written as it is, then speaks TLS (as its server) in both directions. */
    void startTls();

    /** Closes the connection when what was written has left. onClosed follows. */
    void close();

    /** Closes the connection at once. onClosed follows. */
    void abort();
}
