package io.xsan.sim.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.Pages;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.base.seam.Disk;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SimDiskTest {
    private final SplittableRandom random = new SplittableRandom(1);
    private final SimDisk disk = new SimDisk(1 << 20, random::nextLong, SimDisk.INLINE);
    private final BufferPool pool = new BufferPool(new PoolConfig(0, 2, 0, 0, 4 << 20));
    private final PageBuffer buffer = java.util.Objects.requireNonNull(pool.take(8192));
    private Disk.Outcome outcome = Disk.Outcome.OK;

    @AfterEach
    void close() {
        buffer.release();
        pool.close();
    }

    private void write(int value) {
        buffer.segment().fill((byte) value);
        Disk.Slice[] slices = {new Disk.Slice(buffer, 0, Pages.PAGE_BYTES)};
        disk.write(4096, slices, 1, (_, end) -> outcome = end, 0);
    }

    private void sync() {
        disk.sync((_, end) -> outcome = end, 0);
    }

    private byte[] read() {
        Disk.Slice slice = new Disk.Slice(buffer, 0, Pages.PAGE_BYTES);
        disk.read(4096, slice, (_, end) -> outcome = end, 0);
        byte[] bytes = new byte[Pages.PAGE_BYTES];
        buffer.bytes().get(0, bytes);
        return bytes;
    }

    @Test
    void syncedWriteSurvivesAndUnsyncedSectorsAreChosen() {
        write(1);
        sync();
        write(2);
        assertThat(disk.unsyncedSectors()).isEqualTo(8);
        disk.crash(index -> index == 3);
        byte[] bytes = read();
        assertThat(bytes[3 * 512]).isEqualTo((byte) 2);
        assertThat(bytes[2 * 512]).isEqualTo((byte) 1);
        assertThat(bytes[4 * 512]).isEqualTo((byte) 1);
    }

    @Test
    void lyingSyncCoversNothing() {
        write(1);
        disk.lie(true);
        sync();
        disk.crash(_ -> false);
        assertThat(read()).containsOnly(0);
        assertThat(outcome).isEqualTo(Disk.Outcome.OK);
    }

    @Test
    void latentErrorEndsWithTheNextWriteOfThePage() {
        write(1);
        disk.failReadsAt(4096);
        read();
        assertThat(outcome).isEqualTo(Disk.Outcome.FAILED);
        write(2);
        assertThat(read()).containsOnly(2);
        assertThat(outcome).isEqualTo(Disk.Outcome.OK);
    }

    @Test
    void stuckOperationsEndWhenLetGo() {
        write(1);
        outcome = Disk.Outcome.FAILED;
        disk.stick(true);
        sync();
        assertThat(outcome).isEqualTo(Disk.Outcome.FAILED);
        disk.stick(false);
        assertThat(outcome).isEqualTo(Disk.Outcome.OK);
        assertThat(disk.unsyncedSectors()).isZero();
    }
}
