package io.xsan.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/**
 * Counts what one thread allocates for writes and reads of a host, on the way through the owner's
 * engine, three components and their stores, after warm-up.
 */
class EngineAllocationTest {
    private static final int TURNS = 10_000;

    /**
     * Nothing is allocated where the compiler sees that it does not escape; where it does not, as
     * in builds with all checks, an iterator of 32 bytes is left per answer of a component.
     */
    private static final long BYTES_MAX = 128;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final EngineLoad load = new EngineLoad();

    @Test
    void replicatedWritesAllocateNoBuffersAndNoFrames() {
        assertThat(bytesPerRequest(VolumeIo.Kind.WRITE, 4)).isLessThanOrEqualTo(BYTES_MAX);
    }

    @Test
    void readsAllocateNoBuffersAndNoFrames() {
        run(VolumeIo.Kind.WRITE);
        assertThat(bytesPerRequest(VolumeIo.Kind.READ, 1)).isLessThanOrEqualTo(BYTES_MAX);
    }

    private long bytesPerRequest(VolumeIo.Kind kind, int framesMax) {
        run(kind);
        long done = load.done;
        long frames = load.framesOfOwner();
        long ticks = load.ticks;
        long tickBytes = load.tickBytes;
        long before = threads.getCurrentThreadAllocatedBytes();
        run(kind);
        long inTicks = load.tickBytes - tickBytes;
        long bytes = threads.getCurrentThreadAllocatedBytes() - before - inTicks;
        long requests = load.done - done;
        assertThat(requests).isEqualTo((long) TURNS * EngineLoad.DEPTH);
        double framesEach = (double) (load.framesOfOwner() - frames) / requests;
        System.out.printf(
                "engine, 3 replicas, depth %d, %s: %d bytes allocated in %d requests, %.2f frames"
                        + " of the owner each; %d bytes in %d ticks of three shards%n",
                EngineLoad.DEPTH, kind, bytes, requests, framesEach, inTicks, load.ticks - ticks);
        // Requests to the components; the owner's own component also answers by a frame.
        assertThat(framesEach).isLessThanOrEqualTo(framesMax + 1);
        return bytes / requests;
    }

    private void run(VolumeIo.Kind kind) {
        for (int i = 0; i < TURNS; i++) {
            load.turn(kind);
        }
    }
}
