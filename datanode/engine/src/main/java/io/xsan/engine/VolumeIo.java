package io.xsan.engine;

import io.xsan.base.ErrorCode;
import io.xsan.base.memory.PageBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One I/O of a host on a volume. Filled by the front end, which keeps it for use again; belongs to
 * the engine from {@link VolumeSession#submit} to {@link #onDone}. Subclass to attach state.
 */
public abstract class VolumeIo {
    /** What is asked. */
    public enum Kind {
        /** Fill the buffer. */
        READ,
        /** Store the buffer; durable at the end, with or without FUA. */
        WRITE,
        /** All writes answered before are durable at the end. */
        FLUSH,
        /** Deallocate; reads as zeros after. */
        TRIM,
        /** Write zeros, keeping the space reserved unless {@link #mayTrim}. */
        ZERO
    }

    /** What is asked. */
    public Kind kind = Kind.READ;

    /** Start in the volume, bytes; any alignment. */
    public long offsetBytes;

    /** Length in bytes; at least 1 but for FLUSH; for READ and WRITE at most 32 MiB. */
    public int lengthBytes;

    /**
     * The data of READ and WRITE from {@link #bufferOffsetBytes}; retained by the engine as it
     * needs it. No copy is made where volume offset, length and buffer offset are whole pages and
     * {@link #crcsValid}, or the engine computes the checksums itself.
     */
    public @Nullable PageBuffer buffer;

    /** Start of the data in the buffer. */
    public int bufferOffsetBytes;

    /**
     * True if the buffer's page checksums are set (the data came with them). For READ the engine
     * sets it: true if it has set the checksums of the whole pages that it filled.
     */
    public boolean crcsValid;

    /** For ZERO: space may be given back. */
    public boolean mayTrim;

    /** Links of the engine's lists; nobody else's. */
    @Nullable VolumeIo next;

    /** The end, on the shard, once: OK, or why not. Bytes of a READ are valid with OK only. */
    public abstract void onDone(ErrorCode status);
}
