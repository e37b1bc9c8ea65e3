package io.xsan.frontend.fuse;

import io.xsan.base.memory.PageBuffer;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Where replies to the kernel go. */
public interface FuseSink {
    /**
     * Writes one message to the device at once: {@code head} from position to limit, then {@code
     * dataBytes} of {@code data} from {@code dataOffsetBytes}. Both are borrowed for the call.
     */
    void reply(ByteBuffer head, @Nullable PageBuffer data, int dataOffsetBytes, int dataBytes);

    /** The kernel has ended the connection (unmounted). */
    void onDestroyed();
}
