package io.xsan.store;

import io.xsan.base.memory.PageBuffer;
import org.jspecify.annotations.Nullable;

/** Pages or a tombstone at a version. */
public class WriteOp extends StoreOp {
    /** What the range is to hold. */
    public enum Content {
        /** The buffer's pages. */
        DATA,
        /** Zeros; space is given back. */
        TRIM,
        /** Zeros; space stays reserved for the volume. */
        ZERO,
        /** Nothing that can be read: every read of the range answers BLOCK_CORRUPTED. */
        LOST
    }

    /** What the range is to hold. */
    public Content content = Content.DATA;

    /** Version of the write. */
    public long version;

    /** Layer; 0 is the writable head. */
    public int layer;

    /** Block index within the volume. */
    public long block;

    /** First page within the block. */
    public int firstPage;

    /** Pages, at least 1, not beyond the block. */
    public int pages;

    /** The data (checksums set), for DATA; retained by the store until the answer. */
    public @Nullable PageBuffer buffer;

    /** First page of the data within the buffer. */
    public int bufferPage;

    /** True for work that may use the reserve: resync, cleaner, repair. TRIM always may. */
    public boolean mayUseReserve;

    /** Creates an op. */
    public WriteOp(StoreListener listener) {
        super(listener);
    }
}
