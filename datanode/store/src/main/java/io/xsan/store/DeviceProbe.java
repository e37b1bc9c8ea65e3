package io.xsan.store;

import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.Crc32c;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.base.seam.Disk;
import io.xsan.store.format.Superblock;
import io.xsan.store.format.SuperblockLayout;
import io.xsan.store.format.SuperblockLayout.State;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Finds out whose a device is, from its superblocks and its first and last MiB. */
final class DeviceProbe {
    private static final int CHUNK_BYTES = 64 << 10;
    private static final long GUARD_BYTES = 1 << 20;

    /** What a device was found to be. */
    sealed interface Finding {
        /** A device with a superblock of ours, of whatever cluster and node. */
        record Known(Superblock superblock) implements Finding {}

        /** The first and the last MiB are zeros. */
        record Zeros() implements Finding {}

        /** Not ours. */
        record Foreign(String reason) implements Finding {}
    }

    private final Disk disk;
    private final DiskSteps steps;
    private final Consumer<Finding> listener;
    private final BufferPool pool = new BufferPool(new PoolConfig(0, 1, 0, 0, 4 << 20));
    private final PageBuffer buffer = Objects.requireNonNull(pool.take(CHUNK_BYTES));
    private final Crc32c crc = new Crc32c();

    DeviceProbe(Disk disk, DiskSteps steps, Consumer<Finding> listener) {
        this.disk = disk;
        this.steps = steps;
        this.listener = listener;
    }

    void start() {
        steps.read(0, buffer, 0, SuperblockLayout.BYTES, this::judgeFirst);
    }

    private void judgeFirst() {
        State first =
                steps.hasFailed()
                        ? State.DAMAGED
                        : SuperblockLayout.state(buffer.bytes(), 0, 0, crc);
        long second = Superblock.copyOffset(1, disk.sizeBytes());
        int page = SuperblockLayout.BYTES;
        steps.read(second, buffer, page, page, () -> judge(first, second));
    }

    private void judge(State first, long second) {
        int page = SuperblockLayout.BYTES;
        State last =
                steps.hasFailed()
                        ? State.DAMAGED
                        : SuperblockLayout.state(buffer.bytes(), page, second, crc);
        if (first == State.NEWER || last == State.NEWER) {
            end(new Finding.Foreign("the superblock is of a newer format than this program's"));
        } else if (first == State.VALID) {
            known(SuperblockLayout.decode(buffer.bytes(), 0));
        } else if (first == State.FOREIGN) {
            lookForSignatures("the device starts with an unknown signature");
        } else if (last == State.VALID) {
            known(SuperblockLayout.decode(buffer.bytes(), page));
        } else if (first == State.DAMAGED || last == State.DAMAGED) {
            lookForSignatures("both superblocks are damaged");
        } else {
            lookForSignatures("");
        }
    }

    private void known(Superblock superblock) {
        if (superblock.deviceBytes() > disk.sizeBytes()) {
            end(new Finding.Foreign("the device is smaller than when it was formatted"));
            return;
        }
        Consumer<List<String>> judge =
                found -> {
                    if (found.isEmpty()) {
                        end(new Finding.Known(superblock));
                    } else {
                        String reason = "something was put on a device of XSAN: ";
                        end(new Finding.Foreign(reason + String.join(", ", found)));
                    }
                };
        new ForeignSignatures(disk, steps, buffer, 0, judge).start(true);
    }

    /** Says what stands on a device that is not ours; if nothing known and no reason, goes on. */
    private void lookForSignatures(String reason) {
        Consumer<List<String>> judge =
                found -> {
                    if (!found.isEmpty()) {
                        end(new Finding.Foreign("the device holds: " + String.join(", ", found)));
                    } else if (!reason.isEmpty()) {
                        end(new Finding.Foreign(reason));
                    } else {
                        lookForZeros(0);
                    }
                };
        new ForeignSignatures(disk, steps, buffer, 0, judge).start(false);
    }

    private void lookForZeros(long offset) {
        long size = disk.sizeBytes();
        long tail = Math.max(GUARD_BYTES, Pages.floor(size) - GUARD_BYTES);
        long at = offset >= GUARD_BYTES && offset < tail ? tail : offset;
        if (at >= Pages.floor(size)) {
            end(new Finding.Zeros());
            return;
        }
        int length = (int) Math.min(CHUNK_BYTES, Pages.floor(size) - at);
        steps.read(at, buffer, 0, length, () -> checkZeros(at, length));
    }

    private void checkZeros(long at, int length) {
        for (int i = 0; i < length; i += 8) {
            if (buffer.bytes().getLong(i) != 0) {
                end(new Finding.Foreign("the device is not empty: data at offset " + (at + i)));
                return;
            }
        }
        lookForZeros(at + length);
    }

    private void end(Finding finding) {
        buffer.release();
        pool.close();
        listener.accept(finding);
    }

    /** Why a device with this superblock is not the configured one, or null if it is. */
    static DeviceOutcome.@Nullable Refused mismatch(Superblock superblock, StoreConfig config) {
        String reason;
        if (!superblock.cluster().equals(config.cluster())) {
            reason =
                    "the device belongs to cluster "
                            + superblock.cluster()
                            + ", this is cluster "
                            + config.cluster();
        } else if (superblock.node() != config.node()) {
            reason =
                    "the device belongs to node "
                            + superblock.node()
                            + ", this is node "
                            + config.node();
        } else {
            return null;
        }
        return new DeviceOutcome.Refused(ErrorCode.IDENTITY_MISMATCH, reason);
    }
}
