package io.xsan.engine;

import io.xsan.base.seam.Disk;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A disk in memory that completes within the call and allocates nothing. */
final class MemoryDisk implements Disk {
    private final MemorySegment memory;

    MemoryDisk(long sizeBytes) {
        memory = Arena.ofAuto().allocate(sizeBytes, 4096);
    }

    @Override
    public long sizeBytes() {
        return memory.byteSize();
    }

    @Override
    public void read(long offsetBytes, Slice target, Completion completion, long token) {
        MemorySegment.copy(
                memory,
                offsetBytes,
                target.buffer.segment(),
                target.offsetBytes,
                target.lengthBytes);
        completion.onDiskDone(token, Outcome.OK);
    }

    @Override
    public void write(
            long offsetBytes, Slice[] sources, int count, Completion completion, long token) {
        long at = offsetBytes;
        for (int i = 0; i < count; i++) {
            Slice source = sources[i];
            MemorySegment.copy(
                    source.buffer.segment(), source.offsetBytes, memory, at, source.lengthBytes);
            at += source.lengthBytes;
        }
        completion.onDiskDone(token, Outcome.OK);
    }

    @Override
    public void sync(Completion completion, long token) {
        completion.onDiskDone(token, Outcome.OK);
    }

    @Override
    public void discard(long offsetBytes, long lengthBytes) {}
}
