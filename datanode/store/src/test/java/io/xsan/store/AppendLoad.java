package io.xsan.store;

import io.xsan.base.Check;
import io.xsan.base.ClusterId;
import io.xsan.base.ErrorCode;
import io.xsan.base.log.Log;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.Crc32c;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.base.seam.Clock;
import io.xsan.store.format.DeviceRole;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Random overwrites and reads of single pages, with the cleaner at work, on memory. */
final class AppendLoad implements StoreListener {
    static final int DEPTH = 16;
    private static final int SEGMENT_BYTES = 1 << 20;
    private static final int BLOCKS = 8;

    private final BufferPool pool = new BufferPool(new PoolConfig(0, DEPTH + 1, 0, 0, 4 << 20));
    private final WriteOp[] writes = new WriteOp[DEPTH];
    private final ReadOp read = new ReadOp(this);
    private @Nullable LogStore store;
    private long seed = 1;
    private long version = 1;
    long done;

    AppendLoad() {
        ClusterId cluster = new ClusterId(1, 1);
        StoreConfig config =
                new StoreConfig(cluster, 1, DeviceRole.CACHE, SEGMENT_BYTES, Limits.DEFAULT);
        MemoryDisk disk = new MemoryDisk((2 << 20) + 64L * SEGMENT_BYTES);
        LogStore.format(config, disk, () -> seed++, false, _ -> {});
        LogStore.open(config, disk, new FixedClock(), Log.NONE, this::onDevice);
        CreateOp create = new CreateOp(this);
        ByteBuffer record = ByteBuffer.allocate(0).asReadOnlyBuffer();
        create.descriptor = new ComponentDescriptor(5, 1, 1, 1L << 30, record);
        store().create(create);
        store().flush();
        for (int i = 0; i < DEPTH; i++) {
            writes[i] = new WriteOp(this);
            writes[i].component = create.component;
            writes[i].buffer = buffer();
            writes[i].pages = 1;
        }
        read.component = create.component;
        read.buffer = buffer();
        read.pages = 1;
    }

    private PageBuffer buffer() {
        PageBuffer buffer = Objects.requireNonNull(pool.take(4096));
        new Crc32c().stamp(buffer, 0, 1);
        return buffer;
    }

    private void onDevice(DeviceOutcome outcome) {
        if (outcome instanceof DeviceOutcome.Opened(LogStore opened)) {
            store = opened;
        }
    }

    LogStore store() {
        return Objects.requireNonNull(store);
    }

    @Override
    public void onStoreDone(StoreOp op, ErrorCode status) {
        Check.that(status == ErrorCode.OK, "op succeeds", status.number());
        done++;
    }

    /** One turn: {@link #DEPTH} writes of a page in one commit, and a tick. */
    void writeTurn() {
        for (WriteOp op : writes) {
            int random = next();
            op.version = version++;
            op.block = random & (BLOCKS - 1);
            op.firstPage = random >>> 8 & 1023;
            store().write(op);
        }
        store().flush();
        store().tick(0);
    }

    /** Reads one page that may have been written. */
    void readOne() {
        int random = next();
        read.block = random & (BLOCKS - 1);
        read.firstPage = random >>> 8 & 1023;
        store().read(read);
    }

    private int next() {
        seed = seed * 6364136223846793005L + 1442695040888963407L;
        return (int) (seed >>> 33);
    }

    private static final class FixedClock implements Clock {
        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public long wallMillis() {
            return 1;
        }
    }
}
