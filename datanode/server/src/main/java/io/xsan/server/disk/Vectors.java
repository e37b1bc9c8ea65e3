package io.xsan.server.disk;

import io.xsan.base.Check;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Pieces of memory to be written one after the other, in the form of the kernel's struct iovec. */
final class Vectors {
    private static final int VECTOR_BYTES = 16;

    /** Most pieces of one call of the kernel. */
    private static final int CALL_MAX = 1024;

    private MemorySegment memory;
    private long[] lengths;
    private int count;
    private int written;

    Vectors(int capacity) {
        memory = Arena.ofAuto().allocate((long) capacity * VECTOR_BYTES, Long.BYTES);
        lengths = new long[capacity];
    }

    void clear() {
        count = 0;
        written = 0;
    }

    void add(long address, long lengthBytes) {
        if (count == lengths.length) {
            int capacity = lengths.length * 2;
            MemorySegment larger =
                    Arena.ofAuto().allocate((long) capacity * VECTOR_BYTES, Long.BYTES);
            larger.copyFrom(memory);
            memory = larger;
            lengths = Arrays.copyOf(lengths, capacity);
        }
        set(count++, address, lengthBytes);
    }

    private void set(int index, long address, long lengthBytes) {
        memory.set(ValueLayout.JAVA_LONG, (long) index * VECTOR_BYTES, address);
        memory.set(ValueLayout.JAVA_LONG, (long) index * VECTOR_BYTES + Long.BYTES, lengthBytes);
        lengths[index] = lengthBytes;
    }

    /** Writes all that is left at {@code position}; false if the device fails it. */
    boolean write(SystemCalls calls, int fd, long position) {
        long at = position;
        while (written < count) {
            int pieces = Math.min(CALL_MAX, count - written);
            long address = memory.address() + (long) written * VECTOR_BYTES;
            long bytes = calls.pwritev(fd, address, pieces, at);
            if (bytes <= 0 && !(bytes < 0 && calls.errno() == SystemCalls.EINTR)) {
                return false;
            }
            at += Math.max(0, bytes);
            skip(Math.max(0, bytes));
        }
        return true;
    }

    /** What the kernel has taken of the pieces does not go again. */
    private void skip(long bytes) {
        long left = bytes;
        while (written < count && left >= lengths[written]) {
            left -= lengths[written++];
        }
        if (left > 0) {
            Check.that(written < count, "the kernel writes no more than it was given", left);
            long at = (long) written * VECTOR_BYTES;
            long address = memory.get(ValueLayout.JAVA_LONG, at);
            set(written, address + left, lengths[written] - left);
        }
    }
}
