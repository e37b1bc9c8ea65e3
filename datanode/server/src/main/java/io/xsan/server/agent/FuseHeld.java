package io.xsan.server.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A device of mode {@code fuse}: the open /dev/fuse, the mounted file, the loop device. */
final class FuseHeld implements HeldDevice {
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final Path file;
    private final int descriptor;
    private String block;

    FuseHeld(Path file, int descriptor, String block) {
        this.file = file;
        this.descriptor = descriptor;
        this.block = block;
    }

    @Override
    public int descriptor() {
        return descriptor;
    }

    @Override
    public String open(DeviceShape shape) throws IOException {
        block = LoopDevice.attach(file, shape);
        return block;
    }

    @Override
    public int renew(boolean crashed) {
        // The kernel keeps the requests as long as anybody has the descriptor open.
        return descriptor;
    }

    @Override
    public void resize(long sizeBytes) throws IOException {
        // Through the file: the kernel keeps its own idea of the size while writes are in flight.
        HostCommand.run(
                HostCommand.TIMEOUT_MILLIS,
                "truncate",
                "--no-create",
                "--size",
                Long.toString(sizeBytes),
                file.toString());
        LoopDevice.refresh(block);
    }

    @Override
    public boolean isBusy() throws IOException {
        return LoopDevice.isOver(block, file) && Posix.isClaimed(block);
    }

    @Override
    public void close(long timeoutMillis) throws IOException {
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        try {
            if (!detach(deadlineNanos)) {
                abort();
                detach(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis));
            }
        } finally {
            if (isMounted(file)) {
                Posix.unmount(file.toString());
            }
            Posix.close(descriptor);
            Files.deleteIfExists(file);
        }
    }

    /** True if the loop device is gone before the deadline. */
    private boolean detach(long deadlineNanos) {
        while (LoopDevice.isOver(block, file)) {
            long leftNanos = deadlineNanos - System.nanoTime();
            if (leftNanos <= 0) {
                return false;
            }
            try {
                LoopDevice.detach(block, TimeUnit.NANOSECONDS.toMillis(leftNanos));
            } catch (IOException e) {
                // Not in time, or not yet: what counts is whether it is gone.
                LockSupport.parkNanos(STEP_NANOS);
            }
            LockSupport.parkNanos(STEP_NANOS);
        }
        return true;
    }

    @Override
    public void abort() throws IOException {
        if (isMounted(file)) {
            Posix.abortMount(file.toString());
        }
    }

    /** True if something is mounted on the file; asks the kernel's table, not the file. */
    static boolean isMounted(Path file) throws IOException {
        try (Stream<String> mounts = Files.lines(Path.of("/proc/self/mountinfo"))) {
            return mounts.anyMatch(line -> line.split(" ")[4].equals(file.toString()));
        }
    }
}
