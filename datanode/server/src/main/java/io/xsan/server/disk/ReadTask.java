package io.xsan.server.disk;

import io.xsan.base.seam.Disk;
import org.jspecify.annotations.Nullable;

/** A read in flight. Made once and used again; owned by its disk, or by the pool that reads it. */
final class ReadTask {
    final int number;
    long offsetBytes;
    long address;
    int lengthBytes;
    Disk.@Nullable Completion completion;
    long token;
    Disk.Outcome outcome = Disk.Outcome.OK;

    ReadTask(int number) {
        this.number = number;
    }

    /** Reads what begins {@code done} bytes behind the start, on the calling thread. */
    void readFrom(int done, DeviceFiles files, SystemCalls calls) {
        int at = done;
        while (at < lengthBytes) {
            long offset = offsetBytes + at;
            long length = Math.min(lengthBytes - at, files.room(offset));
            int fd = files.descriptor(files.fileOf(offset));
            long bytes = calls.pread(fd, address + at, length, files.position(offset));
            if (bytes <= 0 && !(bytes < 0 && calls.errno() == SystemCalls.EINTR)) {
                outcome = Disk.Outcome.FAILED;
                return;
            }
            at += (int) Math.max(0, bytes);
        }
        outcome = Disk.Outcome.OK;
    }
}
