package io.xsan.store;

import io.xsan.base.memory.PageBuffer;
import org.jspecify.annotations.Nullable;

/** Reads pages of one block. */
public class ReadOp extends StoreOp {
    /** Layer; 0 is the writable head. */
    public int layer;

    /** Block index within the volume. */
    public long block;

    /** First page within the block. */
    public int firstPage;

    /** Pages, at least 1, not beyond the block. */
    public int pages;

    /** Where the pages go; retained by the store until the answer. */
    public @Nullable PageBuffer buffer;

    /** First page of the target range within the buffer. */
    public int bufferPage;

    /** Highest version among the pages read; set by the store. */
    public long newestVersion;

    /** First page (within the block) that failed its checksum, or -1; set by the store. */
    public int badPage = -1;

    /** Creates an op. */
    public ReadOp(StoreListener listener) {
        super(listener);
    }
}
