package io.xsan.protocol;

import io.xsan.base.Check;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** A write of 16 KiB as a frame: encoded, and decoded and verified again. */
final class FrameLoad implements FrameReader.Sink {
    private final BufferPool pool = new BufferPool(new PoolConfig(0, 4, 0, 0, 4 << 20));
    private final FrameWriter writer = new FrameWriter();
    private final FrameReader reader = new FrameReader(pool, this);
    private final FrameHeader header = FrameSamples.header(FrameKind.WRITE);
    private final PageBuffer body = FrameSamples.data(pool, 16384, 3);
    private final ByteBuffer wire =
            ByteBuffer.allocateDirect(20_000).order(ByteOrder.LITTLE_ENDIAN);
    int received;

    @Override
    public FrameFault onHeader(FrameHeader header) {
        return FrameFault.NONE;
    }

    @Override
    public void onFrame(FrameHeader header, @Nullable PageBuffer body) {
        received++;
    }

    /** One frame to the wire and back. */
    void roundTrip() {
        int prefixBytes = writer.write(header, body, 0, wire, 0);
        int dataBytes = FrameWriter.dataBytes(header);
        wire.put(prefixBytes, body.bytes(), 0, dataBytes);
        wire.clear().limit(prefixBytes + dataBytes);
        FrameReader.Progress progress = reader.feed(wire);
        Check.that(progress == FrameReader.Progress.NEED_BYTES, "frame is taken");
    }
}
