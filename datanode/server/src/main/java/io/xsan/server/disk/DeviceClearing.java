package io.xsan.server.disk;

import io.xsan.store.ForeignSignatures;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes a block device count as empty: zeros where anything that names its contents may stand. */
public final class DeviceClearing {
    private static final int END_BYTES = 1 << 20;
    private static final int PAGE_BYTES = 4096;

    private DeviceClearing() {}

    /**
     * Clears the block device at {@code path}: its first and last MiB, and the pages between them
     * where known signatures stand. Durable at the end. Whoever calls has asked its user.
     *
     * @throws io.xsan.base.Refusal if it is mounted, held or has partitions in use
     */
    public static void clear(Path path) throws IOException {
        BlockDevice.of(path).refuseIfHeld();
        DeviceFiles device = DeviceFiles.hold(path, new SystemCalls());
        SystemCalls calls = new SystemCalls();
        try (Arena arena = Arena.ofConfined()) {
            long size = device.sizeBytes();
            List<Long> pages = new ArrayList<>(ForeignSignatures.pagesWithin(size));
            for (long at = 0; at < Math.min(size, END_BYTES); at += PAGE_BYTES) {
                pages.add(size - PAGE_BYTES - at);
                pages.add(at);
            }
            long zeros = arena.allocate(PAGE_BYTES, PAGE_BYTES).address();
            Vectors vectors = new Vectors(1);
            for (long at : pages) {
                vectors.clear();
                vectors.add(zeros, PAGE_BYTES);
                if (!vectors.write(calls, device.descriptor(0), at)) {
                    throw calls.failure("write to " + path);
                }
            }
            if (calls.fdatasync(device.descriptor(0)) != 0) {
                throw calls.failure("sync of " + path);
            }
        } finally {
            device.close();
        }
    }
}
