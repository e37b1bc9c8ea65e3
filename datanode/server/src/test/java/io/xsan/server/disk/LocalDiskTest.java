package io.xsan.server.disk;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.xsan.base.log.Log;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.base.seam.Disk;
import io.xsan.server.shard.SystemClock;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The device of this host in every placement, on files of a temporary directory. */
class LocalDiskTest {
    private static final int PAGE = 4096;
    private static final int BATCH = 700;
    private static final int ALLOCATION_TURNS = 20_000;

    private final BufferPool pool = new BufferPool(new PoolConfig(0, 0, 4, 0, 4 << 20));
    private final PageBuffer written = Objects.requireNonNull(pool.take(4 << 20));
    private final PageBuffer read = Objects.requireNonNull(pool.take(4 << 20));
    private final Semaphore woken = new Semaphore(0);
    private int ended;
    private int failed;

    @TempDir private Path directory;

    @AfterEach
    void giveBack() {
        written.release();
        read.release();
        pool.close();
    }

    private LocalDisk open() throws IOException {
        return LocalDisk.open(directory, 3 * DeviceFiles.FILE_BYTES, Log.NONE);
    }

    private void onDone(long token, Disk.Outcome outcome) {
        ended++;
        failed += outcome == Disk.Outcome.OK ? 0 : 1;
    }

    private void await(LocalDisk disk, int count) {
        while (ended < count) {
            disk.runReads();
            if (ended < count && !disk.hasReads()) {
                woken.acquireUninterruptibly();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"LOOP,true", "LOOP,false", "THREAD,true", "THREAD,false", "AUTO,true"})
    void everyPlacementReadsWhatItWrote(Placement placement, boolean mayUseRing)
            throws IOException {
        try (LocalDisk disk = open()) {
            disk.start(placement, mayUseRing, new SystemClock(), woken::release);
            Random random = new Random(1);
            long end = DeviceFiles.FILE_BYTES - 8 * PAGE;
            for (int i = 0; i < 4 << 20; i += Long.BYTES) {
                written.bytes().putLong(i, random.nextLong());
            }
            Disk.Slice[] slices = new Disk.Slice[BATCH];
            for (int i = 0; i < BATCH; i++) {
                slices[i] = new Disk.Slice(written, i * PAGE, PAGE);
            }
            disk.write(end, slices, BATCH, this::onDone, 0);
            await(disk, 1);
            disk.sync(this::onDone, 0);
            await(disk, 2);
            for (int i = 0; i < BATCH; i++) {
                disk.read(end + i * PAGE, new Disk.Slice(read, i * PAGE, PAGE), this::onDone, i);
            }
            await(disk, 2 + BATCH);
            assertThat(failed).isZero();
            assertThat(
                            read.segment()
                                    .asSlice(0, (long) BATCH * PAGE)
                                    .mismatch(written.segment().asSlice(0, (long) BATCH * PAGE)))
                    .isEqualTo(-1);
            read.segment().fill((byte) 0);
            disk.read(end, new Disk.Slice(read, 0, BATCH * PAGE), this::onDone, 0);
            await(disk, 3 + BATCH);
            assertThat(
                            read.segment()
                                    .asSlice(0, (long) BATCH * PAGE)
                                    .mismatch(written.segment().asSlice(0, (long) BATCH * PAGE)))
                    .isEqualTo(-1);
        }
    }

    @Test
    void beforeItStartsEverythingEndsWithinTheCall() throws IOException {
        try (LocalDisk disk = open()) {
            Disk.Slice[] one = {new Disk.Slice(written, 0, PAGE)};
            disk.write(0, one, 1, this::onDone, 0);
            disk.sync(this::onDone, 0);
            disk.read(0, one[0], this::onDone, 0);
            assertThat(ended).isEqualTo(3);
            assertThat(failed).isZero();
        }
    }

    @Test
    void readsAskedForByCompletionsAreDoneToo() throws IOException {
        try (LocalDisk disk = open()) {
            disk.start(Placement.LOOP, true, new SystemClock(), woken::release);
            Disk.Slice slice = new Disk.Slice(read, 0, PAGE);
            int[] left = {20};
            Disk.Completion[] again = new Disk.Completion[1];
            again[0] =
                    (token, outcome) -> {
                        onDone(token, outcome);
                        if (--left[0] > 0) {
                            disk.read(0, slice, again[0], 0);
                        }
                    };
            disk.read(0, slice, again[0], 0);
            await(disk, 20);
            assertThat(left[0]).isZero();
        }
    }

    @Test
    void readsAndWritesOnTheLoopAllocateNothing() throws IOException {
        try (LocalDisk disk = open()) {
            disk.start(Placement.LOOP, true, new SystemClock(), woken::release);
            Assumptions.assumeTrue(disk.readPath().equals("ring"), "this kernel has no io_uring");
            Disk.Slice[] slices = {
                new Disk.Slice(written, 0, PAGE), new Disk.Slice(written, PAGE, PAGE)
            };
            Disk.Slice target = new Disk.Slice(read, 0, PAGE);
            Disk.Completion completion = this::onDone;
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            turns(disk, slices, target, completion);
            long before = threads.getCurrentThreadAllocatedBytes();
            turns(disk, slices, target, completion);
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            System.out.printf("local disk: %d bytes in %d turns%n", allocated, ALLOCATION_TURNS);
            assertThat(allocated / ALLOCATION_TURNS).isZero();
            assertThat(failed).isZero();
        }
    }

    private static void turns(
            LocalDisk disk, Disk.Slice[] slices, Disk.Slice target, Disk.Completion completion) {
        for (int i = 0; i < ALLOCATION_TURNS; i++) {
            if (i % 2 == 0) {
                disk.write((i & 0xfff) * (long) PAGE, slices, 2, completion, 0);
            }
            disk.read((i & 0xfff) * (long) PAGE, target, completion, 0);
            disk.read((i & 0x7ff) * (long) PAGE, target, completion, 0);
            disk.runReads();
        }
    }
}
