package io.xsan.store;

import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.Crc32c;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.base.seam.Disk;
import io.xsan.base.seam.Entropy;
import io.xsan.store.format.FreeMarkLayout;
import io.xsan.store.format.Superblock;
import io.xsan.store.format.SuperblockLayout;
import java.util.Objects;

/**
 * Makes a device a store: free marks on all segments, then the second superblock, then the first,
 * each synced before the next, so that a device that has one is whole.
 */
final class Formatter {
    private final StoreConfig config;
    private final Disk disk;
    private final DiskSteps steps;
    private final DeviceOutcome.Listener listener;
    private final BufferPool pool = new BufferPool(new PoolConfig(0, 1, 0, 0, 4 << 20));
    private final PageBuffer page = Objects.requireNonNull(pool.take(Pages.PAGE_BYTES * 2));
    private final Crc32c crc = new Crc32c();

    Formatter(StoreConfig config, Disk disk, DeviceOutcome.Listener listener) {
        this.config = config;
        this.disk = disk;
        this.listener = listener;
        steps = new DiskSteps(disk);
    }

    void start(Entropy entropy) {
        long size = Pages.floor(disk.sizeBytes());
        int segments = Superblock.segmentsOn(size, config.segmentBytes());
        int needed = config.limits().reserveSegmentsMin() + 3;
        if (segments < needed) {
            String reason = "the device holds " + segments + " segments, at least " + needed;
            end(new DeviceOutcome.Refused(ErrorCode.INVALID_PARAM, reason + " are needed"));
            return;
        }
        Superblock superblock =
                new Superblock(
                        config.cluster(),
                        config.node(),
                        config.role(),
                        entropy.nextId(),
                        entropy.nextId(),
                        size,
                        config.segmentBytes(),
                        segments);
        page.segment().fill((byte) 0);
        Runnable marks = () -> ifDone(() -> mark(superblock, 0));
        Runnable second = () -> ifDone(() -> clear(superblock, 1, marks));
        clear(superblock, 0, second);
    }

    private void clear(Superblock superblock, int copy, Runnable then) {
        long offset = Superblock.copyOffset(copy, superblock.deviceBytes());
        steps.write(offset, page, Pages.PAGE_BYTES, () -> ifDone(() -> steps.sync(then)));
    }

    private void mark(Superblock superblock, int segment) {
        if (segment == superblock.segmentCount()) {
            Runnable formatted =
                    () -> ifDone(() -> end(new DeviceOutcome.Formatted(superblock.storeId())));
            Runnable first = () -> ifDone(() -> put(superblock, 0, formatted));
            steps.sync(() -> ifDone(() -> put(superblock, 1, first)));
            return;
        }
        FreeMarkLayout.encode(page.bytes(), superblock.storeId(), segment, 1, crc);
        long offset = superblock.offset(segment, 0);
        Runnable next = () -> ifDone(() -> mark(superblock, segment + 1));
        steps.write(offset, page, Pages.PAGE_BYTES, next);
    }

    private void put(Superblock superblock, int copy, Runnable then) {
        SuperblockLayout.encode(superblock, copy, page.bytes(), 0, crc);
        clear(superblock, copy, then);
    }

    /** Ends without a write. */
    void refuse(String reason) {
        end(new DeviceOutcome.Refused(ErrorCode.IDENTITY_MISMATCH, reason));
    }

    private void ifDone(Runnable next) {
        if (steps.hasFailed()) {
            end(new DeviceOutcome.Refused(ErrorCode.DEVICE_FAILED, "the device fails writes"));
        } else {
            next.run();
        }
    }

    private void end(DeviceOutcome outcome) {
        page.release();
        pool.close();
        listener.onDeviceDone(outcome);
    }
}
