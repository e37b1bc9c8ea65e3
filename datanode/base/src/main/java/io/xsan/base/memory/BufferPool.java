package io.xsan.base.memory;

import io.xsan.base.Check;
import io.xsan.base.Pages;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of page-aligned buffers in four size classes, allocated when the pool is made and
 * never after. Exhaustion is back-pressure: {@link #take} answers null and the caller waits until
 * something is released. One shard only.
 */
public final class BufferPool implements AutoCloseable {
    private static final int CLASSES = 4;
    private static final int RESERVE_SHARE = 4;

    private final Arena arena = Arena.ofShared();
    private final int[] capacityBytes;
    private final PageBuffer[][] free = new PageBuffer[CLASSES][];
    private final int[] freeCount = new int[CLASSES];
    private final int[] lowWater = new int[CLASSES];

    /** Allocates all memory of {@code config}, zeroed. */
    public BufferPool(PoolConfig config) {
        capacityBytes = new int[] {1 << 10, 64 << 10, 4 << 20, config.hugeBytes()};
        int[] counts = {
            config.smallCount(), config.mediumCount(), config.largeCount(), config.hugeCount()
        };
        for (int c = 0; c < CLASSES; c++) {
            free[c] = new PageBuffer[counts[c]];
            fill(c, counts[c]);
        }
    }

    private void fill(int sizeClass, int count) {
        int bytes = capacityBytes[sizeClass];
        int alignment = Math.min(bytes, Pages.PAGE_BYTES);
        for (int i = 0; i < count; i++) {
            MemorySegment memory = arena.allocate(bytes, alignment);
            free[sizeClass][i] = new PageBuffer(this, sizeClass, memory);
        }
        freeCount[sizeClass] = count;
        lowWater[sizeClass] = count;
    }

    /**
     * A buffer of at least {@code bytes} (1 to the huge size) with one reference, or null if none
     * of the fitting class and the classes above it is free. Contents are arbitrary.
     */
    public @Nullable PageBuffer take(int bytes) {
        Check.that(bytes > 0 && bytes <= capacityBytes[CLASSES - 1], "buffer size", bytes);
        for (int c = 0; c < CLASSES; c++) {
            if (capacityBytes[c] >= bytes && freeCount[c] > 0) {
                return takeOf(c);
            }
        }
        return null;
    }

    /**
     * As {@link #take}, but leaves a quarter of each class to others. For data of hosts: they wait
     * for answers of other nodes, which must find a buffer to arrive in.
     */
    public @Nullable PageBuffer takeSpare(int bytes) {
        Check.that(bytes > 0 && bytes <= capacityBytes[CLASSES - 1], "buffer size", bytes);
        for (int c = 0; c < CLASSES; c++) {
            if (capacityBytes[c] >= bytes && freeCount[c] > free[c].length / RESERVE_SHARE) {
                return takeOf(c);
            }
        }
        return null;
    }

    private PageBuffer takeOf(int sizeClass) {
        int last = --freeCount[sizeClass];
        lowWater[sizeClass] = Math.min(lowWater[sizeClass], last);
        PageBuffer buffer = free[sizeClass][last];
        buffer.lend();
        return buffer;
    }

    void takeBack(PageBuffer buffer) {
        int sizeClass = buffer.sizeClass();
        free[sizeClass][freeCount[sizeClass]++] = buffer;
    }

    /** Buffers lent out now, over all classes: 0 when nothing leaks. */
    public int lentCount() {
        int lent = 0;
        for (int c = 0; c < CLASSES; c++) {
            lent += free[c].length - freeCount[c];
        }
        return lent;
    }

    /** Fewest free buffers ever seen of the class that serves {@code bytes}. */
    public int lowWater(int bytes) {
        for (int c = 0; c < CLASSES; c++) {
            if (capacityBytes[c] >= bytes) {
                return lowWater[c];
            }
        }
        throw Check.unreachable("size above the huge class");
    }

    /**
     * Frees the memory whoever holds buffers: for a process that is simulated to have died. Any use
     * of a buffer afterwards fails.
     */
    public void abandon() {
        arena.close();
    }

    /** Frees the memory. All buffers must be back. */
    @Override
    public void close() {
        Check.that(lentCount() == 0, "no buffer is lent when the pool closes", lentCount());
        arena.close();
    }
}
