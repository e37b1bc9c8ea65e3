package io.xsan.server.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.Check;
import io.xsan.base.ClusterId;
import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.log.Log;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.Crc32c;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.server.shard.SystemClock;
import io.xsan.server.shard.SystemEntropy;
import io.xsan.store.ComponentDescriptor;
import io.xsan.store.CreateOp;
import io.xsan.store.DeviceOutcome;
import io.xsan.store.Limits;
import io.xsan.store.LogStore;
import io.xsan.store.StoreConfig;
import io.xsan.store.StoreListener;
import io.xsan.store.StoreOp;
import io.xsan.store.WriteOp;
import io.xsan.store.format.DeviceRole;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Opening a store on a real directory after its process was killed: all of it is there. How long it
 * takes is printed; {@code -Dxsan.recovery.mib=4096} measures a larger one, see
 * docs/testing/results.md.
 */
@Timeout(900)
class RecoveryIT implements StoreListener {
    private static final int MIB = Integer.getInteger("xsan.recovery.mib", 128);
    private static final long VOLUME = 5;
    private static final int DEPTH = 64;

    @TempDir Path directory;
    private final StoreConfig config =
            new StoreConfig(new ClusterId(1, 1), 1, DeviceRole.CACHE, 32 << 20, Limits.DEFAULT);
    private final BufferPool pool = new BufferPool(new PoolConfig(0, 4, 8, 0, 4 << 20));
    private long ended;

    @Override
    public void onStoreDone(StoreOp op, ErrorCode status) {
        Check.that(status == ErrorCode.OK, "an op succeeds", status.number());
        ended++;
    }

    private LocalDisk device() throws Exception {
        long bytes = (long) MIB * 3 / 2 + 512 << 20;
        return LocalDisk.open(directory.resolve("disk"), bytes, Log.NONE);
    }

    private LogStore open(LocalDisk disk) {
        DeviceOutcome[] outcome = new DeviceOutcome[1];
        LogStore.open(config, disk, new SystemClock(), Log.NONE, o -> outcome[0] = o);
        if (outcome[0] instanceof DeviceOutcome.Blank) {
            LogStore.format(config, disk, new SystemEntropy(), false, o -> outcome[0] = o);
            LogStore.open(config, disk, new SystemClock(), Log.NONE, o -> outcome[0] = o);
        }
        if (outcome[0] instanceof DeviceOutcome.Opened(LogStore store)) {
            return store;
        }
        throw new IllegalStateException("not opened: " + outcome[0]);
    }

    private void write(int pagesEach) throws Exception {
        try (LocalDisk disk = device()) {
            LogStore store = open(disk);
            CreateOp create = new CreateOp(this);
            create.descriptor =
                    new ComponentDescriptor(
                            VOLUME, 1, 1, 1L << 40, ByteBuffer.allocate(0).asReadOnlyBuffer());
            store.create(create);
            store.flush();
            fill(store, create, pagesEach);
            // As after SIGKILL: nothing is closed, the open segment has no checkpoint.
            store.release();
        }
    }

    private void fill(LogStore store, CreateOp create, int pagesEach) {
        PageBuffer data = Objects.requireNonNull(pool.take(64 << 10));
        new Crc32c().stamp(data, 0, 16);
        WriteOp[] ops = new WriteOp[DEPTH];
        for (int i = 0; i < DEPTH; i++) {
            ops[i] = new WriteOp(this);
            ops[i].component = create.component;
            ops[i].buffer = data;
            ops[i].pages = pagesEach;
        }
        long pages = (long) MIB << 20 >> 12;
        // Every place once, in no order that a checkpoint could like.
        long step = (pages / pagesEach / 3) | 1;
        long place = 0;
        for (long i = 0; i < pages / pagesEach; i++) {
            WriteOp op = ops[(int) (i % DEPTH)];
            place = (place + step) % (pages / pagesEach);
            op.version = i + 1;
            op.block = place * pagesEach / Pages.PAGES_PER_BLOCK;
            op.firstPage = (int) (place * pagesEach % Pages.PAGES_PER_BLOCK);
            store.write(op);
            if (i % DEPTH == DEPTH - 1) {
                store.flush();
            }
        }
        store.flush();
        assertThat(ended).isEqualTo(pages / pagesEach + 1);
        data.release();
    }

    private void recover(int pagesEach) throws Exception {
        write(pagesEach);
        try (LocalDisk disk = device()) {
            long start = System.nanoTime();
            LogStore store = open(disk);
            long millis = (System.nanoTime() - start) / 1_000_000;
            var component = Objects.requireNonNull(store.component(VOLUME, 1));
            assertThat(component.isDamaged()).isFalse();
            assertThat(component.mappedBytes() >> 20).isBetween(MIB - 1L, (long) MIB);
            System.out.printf(
                    "recovery of %d MiB in extents of %d KiB: %d ms%n", MIB, pagesEach * 4, millis);
            store.release();
        }
    }

    @Test
    void allOfAStoreOfSinglePagesIsThereAfterItsProcessWasKilled() throws Exception {
        recover(1);
    }

    @Test
    void allOfAStoreOfLongExtentsIsThereAfterItsProcessWasKilled() throws Exception {
        recover(16);
    }
}
