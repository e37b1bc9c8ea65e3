package io.xsan.store;

import io.xsan.base.Check;
import io.xsan.base.Pages;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.seam.Disk;
import org.jspecify.annotations.Nullable;

/**
 * Disk operations one after the other, for work that is not of the data path. What follows an
 * operation runs in a loop and not within its completion, so that steps do not nest.
 */
final class DiskSteps implements Disk.Completion {
    private final Disk disk;
    private @Nullable Runnable next;
    private boolean isReady;
    private boolean isRunning;
    private boolean hasFailed;

    DiskSteps(Disk disk) {
        this.disk = disk;
    }

    /** True if the last operation failed. */
    boolean hasFailed() {
        return hasFailed;
    }

    /** Reads whole pages into {@code target}; where that fails its bytes are all ones. */
    void read(long offset, PageBuffer target, int targetOffset, int length, Runnable then) {
        next = then;
        Disk.Slice slice = new Disk.Slice(target, targetOffset, length);
        Runnable after =
                () -> {
                    if (hasFailed) {
                        target.segment().asSlice(targetOffset, length).fill((byte) -1);
                    }
                    then.run();
                };
        next = after;
        disk.read(offset, slice, this, 0);
    }

    void write(long offset, PageBuffer source, int length, Runnable then) {
        next = then;
        Check.that(Pages.isAligned(length), "whole pages", length);
        disk.write(offset, new Disk.Slice[] {new Disk.Slice(source, 0, length)}, 1, this, 0);
    }

    void sync(Runnable then) {
        next = then;
        disk.sync(this, 0);
    }

    @Override
    public void onDiskDone(long token, Disk.Outcome outcome) {
        hasFailed = outcome != Disk.Outcome.OK;
        isReady = true;
        if (isRunning) {
            return;
        }
        isRunning = true;
        while (isReady) {
            isReady = false;
            Runnable step = next;
            if (step == null) {
                throw Check.unreachable("a step follows");
            }
            step.run();
        }
        isRunning = false;
    }
}
