package io.xsan.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Counts the bytes that one thread allocates over many writes and reads, after warm-up. */
class AppendAllocationTest {
    private static final int TURNS = 20_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void writesWithTheCleanerAtWorkAllocateNothing() {
        AppendLoad load = new AppendLoad();
        run(load, TURNS);
        long done = load.done;
        long before = threads.getCurrentThreadAllocatedBytes();
        run(load, TURNS);
        long allocatedBytes = threads.getCurrentThreadAllocatedBytes() - before;
        long writes = load.done - done;
        assertThat(writes).isEqualTo((long) TURNS * AppendLoad.DEPTH);
        StoreStatus status = load.store().status();
        assertThat(status.deviceBytesWritten()).isGreaterThan(status.clientBytesWritten());
        System.out.printf(
                "store append, depth 16: %d bytes allocated in %d writes, %.2f device bytes for"
                        + " each byte written%n",
                allocatedBytes,
                writes,
                (double) status.deviceBytesWritten() / status.clientBytesWritten());
        assertThat(allocatedBytes / writes).isZero();
    }

    @Test
    void readsAllocateNothing() {
        AppendLoad load = new AppendLoad();
        run(load, 2000);
        reads(load);
        long before = threads.getCurrentThreadAllocatedBytes();
        reads(load);
        long allocatedBytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(allocatedBytes / TURNS).isZero();
    }

    private static void run(AppendLoad load, int turns) {
        for (int i = 0; i < turns; i++) {
            load.writeTurn();
        }
    }

    private static void reads(AppendLoad load) {
        for (int i = 0; i < TURNS; i++) {
            load.readOne();
        }
    }
}
