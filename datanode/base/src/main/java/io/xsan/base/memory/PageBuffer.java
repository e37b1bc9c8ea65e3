package io.xsan.base.memory;

import io.xsan.base.Check;
import io.xsan.base.Pages;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * A page-aligned piece of native memory with room for one CRC-32C per page beside it. The checksums
 * travel with the data from where it enters XSAN to the device and back, so they live with the
 * buffer; who fills data sets them, who passes data on does not recompute them.
 *
 * <p>Counted references: a new buffer has one; {@link #retain()} adds one; at the last {@link
 * #release()} it returns to its pool. Owner's shard only.
 */
public final class PageBuffer {
    private final BufferPool pool;
    private final int sizeClass;
    private final MemorySegment segment;
    private final ByteBuffer bytes;
    private final int[] pageCrcs;
    private int references;

    PageBuffer(BufferPool pool, int sizeClass, MemorySegment segment) {
        this.pool = pool;
        this.sizeClass = sizeClass;
        this.segment = segment;
        this.bytes = segment.asByteBuffer().order(java.nio.ByteOrder.LITTLE_ENDIAN);
        this.pageCrcs = new int[(int) (Pages.ceil(segment.byteSize()) / Pages.PAGE_BYTES)];
    }

    /** The memory. Its address is a multiple of the page size for capacities of a page and more. */
    public MemorySegment segment() {
        return segment;
    }

    /**
     * The same memory as one shared little-endian NIO view. Callers use absolute accessors, or set
     * position and limit right before use; nobody may rely on them staying.
     */
    public ByteBuffer bytes() {
        return bytes;
    }

    /** Usable bytes. */
    public int capacityBytes() {
        return (int) segment.byteSize();
    }

    /** CRC-32C of page {@code page} of this buffer as last set. */
    public int pageCrc(int page) {
        return pageCrcs[page];
    }

    /** Sets the CRC-32C of page {@code page}. */
    public void setPageCrc(int page, int crc) {
        pageCrcs[page] = crc;
    }

    /** Adds a reference and returns this. */
    public PageBuffer retain() {
        Check.that(references > 0, "retained buffer is live", references);
        references++;
        return this;
    }

    /** Gives a reference back; the last one returns the memory to its pool. */
    public void release() {
        Check.that(references > 0, "released buffer is live", references);
        if (--references == 0) {
            pool.takeBack(this);
        }
    }

    /** References held now; 0 when it is in its pool. */
    public int references() {
        return references;
    }

    int sizeClass() {
        return sizeClass;
    }

    void lend() {
        Check.that(references == 0, "lent buffer was free", references);
        references = 1;
    }
}
