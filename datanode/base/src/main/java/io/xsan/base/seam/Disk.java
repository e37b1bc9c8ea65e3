package io.xsan.base.seam;

import io.xsan.base.memory.PageBuffer;

/**
 * One device (or directory of preallocated files) as a flat space of bytes. All offsets and lengths
 * are whole pages. Operations may complete before the call returns, or later on the same shard; in
 * either case by exactly one call of the completion. Buffers are borrowed until completion.
 *
 * <p>Order: writes may be reordered against each other; {@link #sync} covers every write whose
 * completion was seen before it was called. A crash may lose or tear (at 512 bytes) any write not
 * covered by a completed sync, whatever its length.
 */
public interface Disk {
    /** How an operation ended. */
    enum Outcome {
        /** Done. */
        OK,
        /** The device reported an error; contents of the range are unknown. */
        FAILED
    }

    /** Receives the end of an operation. */
    @FunctionalInterface
    interface Completion {
        /** {@code token} is the caller's; called once per operation on the owning shard. */
        void onDiskDone(long token, Outcome outcome);
    }

    /** A piece of a buffer. Mutable and reusable; owned by the caller. */
    final class Slice {
        /** The memory. */
        public PageBuffer buffer;

        /** Start within the buffer, whole pages. */
        public int offsetBytes;

        /** Length, whole pages. */
        public int lengthBytes;

        /** Creates a slice. */
        public Slice(PageBuffer buffer, int offsetBytes, int lengthBytes) {
            this.buffer = buffer;
            this.offsetBytes = offsetBytes;
            this.lengthBytes = lengthBytes;
        }
    }

    /** Usable bytes. */
    long sizeBytes();

    /** Reads the range of {@code target} from the device at {@code offsetBytes}. */
    void read(long offsetBytes, Slice target, Completion completion, long token);

    /**
     * Writes the first {@code count} slices one after the other at {@code offsetBytes}, as one
     * gather write where the device allows.
     */
    void write(long offsetBytes, Slice[] sources, int count, Completion completion, long token);

    /** Makes every completed write durable. An outcome of FAILED ends the device: never retried. */
    void sync(Completion completion, long token);

    /**
     * Tells the device that a range holds nothing of worth. Advice: contents are undefined after.
     */
    void discard(long offsetBytes, long lengthBytes);
}
