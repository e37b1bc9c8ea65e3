package io.xsan.sim.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.ClusterId;
import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.log.Log;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.Crc32c;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.base.seam.Clock;
import io.xsan.base.seam.Disk;
import io.xsan.base.seam.Entropy;
import io.xsan.store.ComponentDescriptor;
import io.xsan.store.CreateOp;
import io.xsan.store.DeviceOutcome;
import io.xsan.store.Limits;
import io.xsan.store.LogStore;
import io.xsan.store.ReadOp;
import io.xsan.store.StoreComponent;
import io.xsan.store.StoreConfig;
import io.xsan.store.StoreListener;
import io.xsan.store.StoreOp;
import io.xsan.store.WriteOp;
import io.xsan.store.format.DeviceRole;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A store on a disk whose completions run within the call, with blocking-style calls. Each page of
 * a write holds a pattern made of its version and its page, so that any mix-up is seen.
 */
final class StoreRig implements AutoCloseable {
    static final ClusterId CLUSTER = new ClusterId(1, 2);
    static final long VOLUME = 7;
    private static final int CLEANING_TURNS = 100;
    static final long GENERATION = 1;
    static final int SEGMENT_BYTES = 64 << 10;

    /** Keeps the answer of an op. */
    static final class Answer implements StoreListener {
        @Nullable ErrorCode status;

        @Override
        public void onStoreDone(StoreOp op, ErrorCode end) {
            status = end;
        }

        boolean isOk() {
            return status == ErrorCode.OK;
        }
    }

    final Disk disk;
    final StoreConfig config;

    /** One for all tests, which run one after the other. */
    private static final BufferPool POOL = new BufferPool(new PoolConfig(0, 48, 8, 0, 4 << 20));

    /** Small tables: a store is opened for each of many crash states. */
    static final Limits LIMITS = new Limits(1024, 64, 64 << 10, 16, 256, 256, 64, 3, 6);

    final BufferPool pool = POOL;
    private final int lentBefore = POOL.lentCount();
    final PageBuffer out = Objects.requireNonNull(pool.take(4 << 20));
    final Crc32c crc = new Crc32c();
    @Nullable LogStore store;
    DeviceOutcome.@Nullable Refused refused;
    boolean isBlank;

    private final Clock clock =
            new Clock() {
                @Override
                public long nanoTime() {
                    return 0;
                }

                @Override
                public long wallMillis() {
                    return 1_000;
                }
            };

    StoreRig(Disk disk) {
        this(disk, new StoreConfig(CLUSTER, 1, DeviceRole.CACHE, SEGMENT_BYTES, LIMITS));
    }

    StoreRig(Disk disk, StoreConfig config) {
        this.disk = disk;
        this.config = config;
    }

    static long sizeOf(int segments) {
        return (1 << 20) + (long) segments * SEGMENT_BYTES + Pages.PAGE_BYTES;
    }

    StoreRig format(Entropy entropy, boolean isForced) {
        LogStore.format(config, disk, entropy, isForced, this::onDevice);
        return this;
    }

    StoreRig open() {
        LogStore.open(config, disk, clock, Log.NONE, this::onDevice);
        return this;
    }

    /** Recovers from the groups alone. */
    StoreRig rebuild() {
        LogStore.rebuild(disk, config.limits(), clock, Log.NONE, this::onDevice);
        return this;
    }

    private void onDevice(DeviceOutcome outcome) {
        refused = null;
        isBlank = false;
        switch (outcome) {
            case DeviceOutcome.Opened(LogStore opened) -> store = opened;
            case DeviceOutcome.Refused no -> refused = no;
            case DeviceOutcome.Blank() -> isBlank = true;
            case DeviceOutcome.Formatted(long storeId) -> assertThat(storeId).isPositive();
        }
    }

    LogStore store() {
        return Objects.requireNonNull(store);
    }

    /** Forgets the store as a dying process does. */
    void abandon() {
        if (store != null) {
            store.release();
            store = null;
        }
    }

    @Override
    public void close() {
        abandon();
        out.release();
        assertThat(pool.lentCount()).isEqualTo(lentBefore);
    }

    static ComponentDescriptor descriptor(long volume, long generation) {
        byte[] record = new byte[100];
        record[99] = 42;
        return new ComponentDescriptor(
                volume, generation, 1, 1L << 30, ByteBuffer.wrap(record).asReadOnlyBuffer());
    }

    Answer create(long volume, long generation) {
        Answer answer = new Answer();
        CreateOp op = new CreateOp(answer);
        op.descriptor = descriptor(volume, generation);
        store().create(op);
        store().flush();
        return answer;
    }

    StoreComponent component() {
        return Objects.requireNonNull(store().component(VOLUME, GENERATION));
    }

    Answer epoch(int epoch) {
        Answer answer = new Answer();
        StoreOp op = new StoreOp(answer);
        op.component = component();
        op.epoch = epoch;
        store().persistEpoch(op);
        return answer;
    }

    /** Says that all that damage took has been written again, and lets the cleaner work. */
    Answer repaired(StoreComponent component) {
        Answer answer = new Answer();
        StoreOp op = new StoreOp(answer);
        op.component = component;
        store().persistRepaired(op);
        for (int i = 0; i < CLEANING_TURNS; i++) {
            store().flush();
            store().tick(0);
        }
        return answer;
    }

    Answer write(WriteOp.Content content, long version, long block, int firstPage, int pages) {
        return write(component(), content, version, block, firstPage, pages);
    }

    Answer write(
            StoreComponent component,
            WriteOp.Content content,
            long version,
            long block,
            int firstPage,
            int pages) {
        Answer answer = new Answer();
        WriteOp op = new WriteOp(answer);
        op.component = component;
        op.content = content;
        op.version = version;
        op.block = block;
        op.firstPage = firstPage;
        op.pages = pages;
        send(op);
        return answer;
    }

    /** Queues a write; its pages are filled with their pattern. */
    void send(WriteOp op) {
        PageBuffer buffer = null;
        if (op.content == WriteOp.Content.DATA) {
            buffer = Objects.requireNonNull(pool.take(op.pages * Pages.PAGE_BYTES));
            for (int page = 0; page < op.pages; page++) {
                fill(buffer, page, op.version, op.block, op.firstPage + page);
            }
            crc.stamp(buffer, 0, op.pages);
            op.buffer = buffer;
        }
        store().write(op);
        if (buffer != null) {
            buffer.release();
        }
    }

    static long pattern(long version, long block, int page, int at) {
        return version * 0x9e3779b97f4a7c15L + block * 4099 + page * 31L + at;
    }

    private static void fill(PageBuffer buffer, int at, long version, long block, int page) {
        for (int i = 0; i < Pages.PAGE_BYTES; i += 8) {
            long value = pattern(version, block, page, i);
            buffer.bytes().putLong(at * Pages.PAGE_BYTES + i, value);
        }
    }

    /** Reads pages into {@link #out}. */
    ReadOp read(long block, int firstPage, int pages) {
        return read(component(), block, firstPage, pages);
    }

    /** As above; the answer is in the op's listener. */
    ReadOp read(StoreComponent component, long block, int firstPage, int pages) {
        ReadOp op = new ReadOp(new Answer());
        op.component = component;
        op.block = block;
        op.firstPage = firstPage;
        op.pages = pages;
        op.buffer = out;
        store().read(op);
        return op;
    }

    static @Nullable ErrorCode status(StoreOp op) {
        return op.listener instanceof Answer answer ? answer.status : null;
    }

    /** True if page {@code at} of {@link #out} is whole of {@code version}; 0 is zeros. */
    boolean holds(int at, long version, long block, int page) {
        for (int i = 0; i < Pages.PAGE_BYTES; i += 8) {
            long expected = version == 0 ? 0 : pattern(version, block, page, i);
            if (out.bytes().getLong(at * Pages.PAGE_BYTES + i) != expected) {
                return false;
            }
        }
        return out.pageCrc(at) == crc.of(out, at * Pages.PAGE_BYTES, Pages.PAGE_BYTES);
    }
}
