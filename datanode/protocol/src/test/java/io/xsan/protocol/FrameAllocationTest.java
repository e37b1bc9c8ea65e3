package io.xsan.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.xsan.base.Check;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Counts the bytes that one thread allocates over many frames, after warm-up. */
class FrameAllocationTest implements FrameReader.Sink {
    private static final int FRAMES = 20_000;

    private final BufferPool pool = new BufferPool(new PoolConfig(0, 4, 0, 0, 4 << 20));
    private final FrameWriter writer = new FrameWriter();
    private final FrameReader reader = new FrameReader(pool, this);
    private final FrameHeader header = FrameSamples.header(FrameKind.WRITE);
    private final ByteBuffer wire =
            ByteBuffer.allocateDirect(20_000).order(ByteOrder.LITTLE_ENDIAN);
    private int received;

    @Override
    public FrameFault onHeader(FrameHeader header) {
        return FrameFault.NONE;
    }

    @Override
    public void onFrame(FrameHeader header, @Nullable PageBuffer body) {
        received++;
    }

    @Test
    void writingAndReadingADataFrameAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        PageBuffer body = FrameSamples.data(pool, 16384, 3);
        run(body);
        long before = threads.getCurrentThreadAllocatedBytes();
        run(body);
        long allocatedBytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(received).isEqualTo(2 * FRAMES);
        assertThat(allocatedBytes / FRAMES).isZero();
        body.release();
    }

    private void run(PageBuffer body) {
        for (int i = 0; i < FRAMES; i++) {
            int prefixBytes = writer.write(header, body, 0, wire, 0);
            int dataBytes = FrameWriter.dataBytes(header);
            wire.put(prefixBytes, body.bytes(), 0, dataBytes);
            wire.clear().limit(prefixBytes + dataBytes);
            FrameReader.Progress progress = reader.feed(wire);
            Check.that(progress == FrameReader.Progress.NEED_BYTES, "frame is taken");
        }
    }
}
