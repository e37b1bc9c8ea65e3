package io.xsan.server.disk;

import io.xsan.base.seam.Disk;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * A write or sync in flight, with all it needs copied, so that the caller may use its slices again.
 * Made once and used again.
 */
final class WriteTask {
    private static final int VECTORS = 64;

    private final Vectors vectors = new Vectors(VECTORS);
    private final BitSet files = new BitSet();
    private long offsetBytes;
    private boolean isSync;
    Disk.@Nullable Completion completion;
    long token;
    Disk.Outcome outcome = Disk.Outcome.OK;
    int errno;

    /** Makes it a write that does not cross the end of a file. */
    void write(long offset, Disk.Slice[] sources, int count) {
        isSync = false;
        offsetBytes = offset;
        vectors.clear();
        for (int i = 0; i < count; i++) {
            Disk.Slice slice = sources[i];
            vectors.add(slice.buffer.segment().address() + slice.offsetBytes, slice.lengthBytes);
        }
    }

    /** Makes it a write of a part of a slice. */
    void write(long offset, Disk.Slice source, int from, int lengthBytes) {
        isSync = false;
        offsetBytes = offset;
        vectors.clear();
        long address = source.buffer.segment().address() + source.offsetBytes + from;
        vectors.add(address, lengthBytes);
    }

    /** Makes it a sync of the files that were written, which count as clean from now on. */
    void sync(BitSet dirty) {
        isSync = true;
        files.clear();
        files.or(dirty);
        dirty.clear();
    }

    /** Does it, on the calling thread. */
    void run(DeviceFiles device, SystemCalls calls) {
        boolean isDone = isSync ? syncAll(device, calls) : writeAll(device, calls);
        outcome = isDone ? Disk.Outcome.OK : Disk.Outcome.FAILED;
        errno = isDone ? 0 : calls.errno();
    }

    private boolean writeAll(DeviceFiles device, SystemCalls calls) {
        int fd = device.descriptor(device.fileOf(offsetBytes));
        return vectors.write(calls, fd, device.position(offsetBytes));
    }

    private boolean syncAll(DeviceFiles device, SystemCalls calls) {
        for (int file = files.nextSetBit(0); file >= 0; file = files.nextSetBit(file + 1)) {
            if (calls.fdatasync(device.descriptor(file)) != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return isSync ? "sync" : "write at " + offsetBytes;
    }
}
