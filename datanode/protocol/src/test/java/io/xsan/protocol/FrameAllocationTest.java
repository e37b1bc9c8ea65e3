package io.xsan.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Counts the bytes that one thread allocates over many frames, after warm-up. */
class FrameAllocationTest {
    private static final int FRAMES = 20_000;

    private final FrameLoad load = new FrameLoad();

    @Test
    void writingAndReadingADataFrameAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        run();
        long before = threads.getCurrentThreadAllocatedBytes();
        run();
        long allocatedBytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(load.received).isEqualTo(2 * FRAMES);
        assertThat(allocatedBytes / FRAMES).isZero();
    }

    private void run() {
        for (int i = 0; i < FRAMES; i++) {
            load.roundTrip();
        }
    }
}
