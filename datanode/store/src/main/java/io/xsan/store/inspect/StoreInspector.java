package io.xsan.store.inspect;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.Refusal;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.Crc32c;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.base.seam.Disk;
import io.xsan.store.format.Superblock;
import io.xsan.store.format.SuperblockLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Tells in text what stands on a device of a store; for {@code xsan-inspect
 * superblock|segment|checkpoint}. Never writes. The disk must complete reads within the call; what
 * cannot be read is shown as zeros.
 */
public final class StoreInspector implements AutoCloseable {
    private static final int WINDOW_PAGES = 16;

    private final Disk disk;
    private final StoreDump dump = new StoreDump();
    private final BufferPool pool = new BufferPool(new PoolConfig(0, 0, 1, 0, 4 << 20));
    private final PageBuffer buffer = Objects.requireNonNull(pool.take(4 << 20));

    /** Looks at {@code disk}. */
    public StoreInspector(Disk disk) {
        this.disk = disk;
    }

    /** Both superblocks, one line each. */
    public String superblock() {
        long second = Superblock.copyOffset(1, disk.sizeBytes());
        return dump.superblock(read(0, 1), 0, 0) + dump.superblock(read(second, 1), 0, second);
    }

    /** The groups of a segment, found by a walk over its pages, with all records. */
    public String segment(int segment) {
        Superblock block = known();
        checkSegment(block, segment);
        StringBuilder text = new StringBuilder();
        text.append(dump.freeMark(read(block.offset(segment, 0), 1), block.storeId(), segment));
        int page = 0;
        while (page < block.segmentPages()) {
            int window = Math.min(WINDOW_PAGES, block.segmentPages() - page);
            ByteBuffer bytes = read(block.offset(segment, page), window);
            text.append(dump.group(bytes, block.storeId()));
            page += Math.max(1, dump.groupPages(bytes, block.storeId()));
        }
        return text.append(checkpoint(block, segment)).toString();
    }

    /** The summary of a segment with all its records; empty if it has none. */
    public String checkpoint(int segment) {
        Superblock block = known();
        checkSegment(block, segment);
        return checkpoint(block, segment);
    }

    /** The first line of every segment's summary, and the free segments. */
    public String checkpoints() {
        Superblock block = known();
        StringBuilder text = new StringBuilder();
        for (int segment = 0; segment < block.segmentCount(); segment++) {
            ByteBuffer first = read(block.offset(segment, 0), 1);
            String mark = dump.freeMark(first, block.storeId(), segment);
            String summary = mark.isEmpty() ? checkpoint(block, segment) : mark;
            int end = summary.indexOf('\n');
            String line = end < 0 ? "segment " + segment + " open" : summary.substring(0, end);
            text.append(line).append('\n');
        }
        return text.toString();
    }

    private String checkpoint(Superblock block, int segment) {
        int last = block.segmentPages() - 1;
        int pages = dump.summaryPages(read(block.offset(segment, last), 1), block.storeId());
        boolean isPossible = pages > 0 && pages <= Math.min(1024, block.segmentPages());
        if (!isPossible) {
            return "";
        }
        int first = block.segmentPages() - pages;
        return dump.summary(read(block.offset(segment, first), pages), block.storeId());
    }

    private static void checkSegment(Superblock block, int segment) {
        if (segment < 0 || segment >= block.segmentCount()) {
            String allowed = "0 to " + (block.segmentCount() - 1);
            String message = "segment " + segment + " is not one of " + allowed;
            throw new Refusal(ErrorCode.INVALID_PARAM, message);
        }
    }

    private Superblock known() {
        Crc32c crc = new Crc32c();
        for (int copy = 0; copy < 2; copy++) {
            long offset = Superblock.copyOffset(copy, disk.sizeBytes());
            ByteBuffer bytes = read(offset, 1);
            if (SuperblockLayout.state(bytes, 0, offset, crc) == SuperblockLayout.State.VALID) {
                return SuperblockLayout.decode(bytes, 0);
            }
        }
        throw new Refusal(ErrorCode.INVALID_PARAM, "the device has no superblock of a store");
    }

    private ByteBuffer read(long offset, int pages) {
        int bytes = pages * Pages.PAGE_BYTES;
        boolean[] isDone = {false};
        Disk.Slice slice = new Disk.Slice(buffer, 0, bytes);
        disk.read(
                offset,
                slice,
                (_, outcome) -> {
                    isDone[0] = true;
                    if (outcome != Disk.Outcome.OK) {
                        buffer.segment().asSlice(0, bytes).fill((byte) 0);
                    }
                },
                0);
        Check.that(isDone[0], "the disk completes within the call");
        return buffer.segment().asSlice(0, bytes).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() {
        buffer.release();
        pool.close();
    }
}
