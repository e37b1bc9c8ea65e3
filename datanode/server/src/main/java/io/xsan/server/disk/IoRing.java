package io.xsan.server.disk;

import io.xsan.base.Check;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * An io_uring for reads, by raw system calls. Entries are filled, then {@link #submitAndWait} gives
 * them to the kernel and waits for all of them in one call. The thread that made it only.
 */
@SuppressWarnings("restricted") // memory that is shared with the kernel
final class IoRing {
    private static final int SINGLE_ISSUER_DEFER_TASKRUN = 1 << 12 | 1 << 13;
    private static final int FEATURE_SINGLE_MMAP = 1;
    private static final int ENTER_GETEVENTS = 1;
    private static final long OP_READ = 22;
    private static final int PARAMETERS_BYTES = 120;
    private static final int ENTRY_BYTES = 64;
    private static final int RESULT_BYTES = 16;
    private static final long OFFSET_ENTRIES = 0x10000000L;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final VarHandle SHARED_INT = INT.varHandle();

    /** Receives the ends of reads. */
    @FunctionalInterface
    interface Listener {
        /** {@code result} is the number of bytes, or a negative errno. */
        void onRead(long token, int result);
    }

    private final SystemCalls calls;
    private final int fd;
    private final MemorySegment ring;
    private final MemorySegment entries;
    private final int entryCount;
    private final int tailAt;
    private final int maskSubmit;
    private final int arrayAt;
    private final int resultHeadAt;
    private final int resultTailAt;
    private final int maskResult;
    private final int resultsAt;
    private int filled;

    private IoRing(
            SystemCalls calls, int fd, MemorySegment parameters, MemorySegment r, MemorySegment e) {
        this.calls = calls;
        this.fd = fd;
        ring = r;
        entries = e;
        entryCount = parameters.get(INT, 0);
        tailAt = parameters.get(INT, 44);
        maskSubmit = r.get(INT, parameters.get(INT, 48));
        arrayAt = parameters.get(INT, 64);
        resultHeadAt = parameters.get(INT, 80);
        resultTailAt = parameters.get(INT, 84);
        maskResult = r.get(INT, parameters.get(INT, 88));
        resultsAt = parameters.get(INT, 100);
    }

    /** A ring of {@code entries} entries, or null where the kernel has none for us. */
    static @Nullable IoRing open(int entries) {
        SystemCalls calls = new SystemCalls();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment parameters = arena.allocate(PARAMETERS_BYTES, Long.BYTES);
            parameters.set(INT, 8, SINGLE_ISSUER_DEFER_TASKRUN);
            int fd = calls.ringSetup(entries, parameters);
            if (fd < 0 && calls.errno() == SystemCalls.EINVAL) {
                parameters.fill((byte) 0); // before Linux 6.1
                fd = calls.ringSetup(entries, parameters);
            }
            return fd < 0 ? null : map(calls, fd, parameters);
        }
    }

    private static @Nullable IoRing map(SystemCalls calls, int fd, MemorySegment parameters) {
        boolean isSingle = (parameters.get(INT, 20) & FEATURE_SINGLE_MMAP) != 0;
        long submitBytes = parameters.get(INT, 64) + (long) parameters.get(INT, 0) * Integer.BYTES;
        long resultBytes = parameters.get(INT, 100) + (long) parameters.get(INT, 4) * RESULT_BYTES;
        long ringBytes = Math.max(submitBytes, resultBytes);
        long entryBytes = (long) parameters.get(INT, 0) * ENTRY_BYTES;
        long ring = isSingle ? calls.mmap(ringBytes, fd, 0) : -1;
        long entries = ring == -1 ? -1 : calls.mmap(entryBytes, fd, OFFSET_ENTRIES);
        if (entries == -1) {
            calls.close(fd);
            return null;
        }
        return new IoRing(
                calls,
                fd,
                parameters,
                MemorySegment.ofAddress(ring).reinterpret(ringBytes),
                MemorySegment.ofAddress(entries).reinterpret(entryBytes));
    }

    /** Most reads of one submission. */
    int capacity() {
        return entryCount;
    }

    /** Fills an entry; the memory is the kernel's until the read has ended. */
    void add(int file, long position, long address, int lengthBytes, long token) {
        Check.that(filled < entryCount, "an entry is free", filled);
        int tail = ring.get(INT, tailAt) + filled;
        int slot = tail & maskSubmit;
        long at = (long) slot * ENTRY_BYTES;
        entries.set(LONG, at, OP_READ);
        entries.set(INT, at + 4, file);
        entries.set(LONG, at + 8, position);
        entries.set(LONG, at + 16, address);
        entries.set(LONG, at + 24, lengthBytes);
        entries.set(LONG, at + 32, token);
        ring.set(INT, arrayAt + (long) slot * Integer.BYTES, slot);
        filled++;
    }

    /**
     * Submits what was added and waits for all of it; the listener is called for each, in any
     * order.
     *
     * @throws IllegalStateException if the kernel refuses the call: what was submitted is unknown
     */
    void submitAndWait(Listener listener) {
        int wanted = filled;
        filled = 0;
        int toSubmit = wanted;
        SHARED_INT.setRelease(ring, (long) tailAt, ring.get(INT, tailAt) + wanted);
        int seen = 0;
        while (seen < wanted) {
            int taken = calls.ringEnter(fd, toSubmit, wanted - seen, ENTER_GETEVENTS);
            if (taken < 0 && calls.errno() != SystemCalls.EINTR) {
                throw new IllegalStateException("io_uring_enter: errno " + calls.errno());
            }
            toSubmit -= Math.max(0, taken);
            seen += reap(listener);
        }
    }

    private int reap(Listener listener) {
        int head = ring.get(INT, resultHeadAt);
        int tail = (int) SHARED_INT.getAcquire(ring, (long) resultTailAt);
        int count = tail - head;
        for (; head != tail; head++) {
            long at = resultsAt + (long) (head & maskResult) * RESULT_BYTES;
            listener.onRead(ring.get(LONG, at), ring.get(INT, at + 8));
        }
        SHARED_INT.setRelease(ring, (long) resultHeadAt, head);
        return count;
    }

    void close() {
        calls.munmap(entries.address(), entries.byteSize());
        calls.munmap(ring.address(), ring.byteSize());
        calls.close(fd);
    }
}
