package io.xsan.server.disk;

import io.xsan.base.Check;
import io.xsan.base.Pages;
import io.xsan.base.log.Log;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The opened files of a device: those of a directory, each of {@link #FILE_BYTES} and allocated
 * when it is opened the first time, so that writes never extend a file; or one block device, whole
 * and held exclusively. Direct I/O wherever the file system takes it.
 */
final class DeviceFiles {
    /** Size of one file of a directory. */
    static final long FILE_BYTES = 64L << 20;

    private static final int O_RDWR = 2;
    private static final int O_CREAT = 0x40;
    private static final int O_EXCL = 0x80;
    private static final int O_CLOEXEC = 0x80000;
    private static final int O_DIRECT =
            System.getProperty("os.arch").equals("aarch64") ? 0x10000 : 0x4000;
    private static final long BLKGETSIZE64 = 0x80081272L;

    private final int[] descriptors;
    private final @Nullable FileChannel held;
    private final long fileBytes;
    private final boolean isDirect;

    private DeviceFiles(
            int[] descriptors, @Nullable FileChannel held, long fileBytes, boolean isDirect) {
        this.held = held;
        this.descriptors = descriptors;
        this.fileBytes = fileBytes;
        this.isDirect = isDirect;
    }

    /**
     * Opens the files in {@code path}, a directory that is made if it is missing, of which {@code
     * sizeBytes} rounded down to whole files (at least one) are used; or the block device {@code
     * path}.
     */
    static DeviceFiles open(Path path, long sizeBytes, Log log) throws IOException {
        SystemCalls calls = new SystemCalls();
        DeviceFiles files =
                BlockDevice.isOne(path)
                        ? ofBlockDevice(path, calls)
                        : ofDirectory(path, sizeBytes, calls);
        log.info("device-open", "path", path, "bytes", files.sizeBytes(), "direct", files.isDirect);
        return files;
    }

    private static DeviceFiles ofBlockDevice(Path path, SystemCalls calls) throws IOException {
        BlockDevice.of(path).refuseIfUsed();
        return hold(path, calls);
    }

    /** Opens a block device so that nobody else can mount or hold it. */
    static DeviceFiles hold(Path path, SystemCalls calls) throws IOException {
        int flags = O_RDWR | O_EXCL | O_CLOEXEC | O_DIRECT;
        int fd = calls.open(path.toString(), flags, 0);
        if (fd < 0) {
            boolean isBusy = calls.errno() == SystemCalls.EBUSY;
            throw calls.failure(path + (isBusy ? " is in use by the system or a program" : ""));
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
            if (calls.ioctl(fd, BLKGETSIZE64, size.address()) != 0) {
                throw calls.failure("size of " + path);
            }
            long bytes = Pages.floor(size.get(ValueLayout.JAVA_LONG, 0));
            return new DeviceFiles(new int[] {fd}, null, bytes, true);
        }
    }

    private static DeviceFiles ofDirectory(Path directory, long sizeBytes, SystemCalls calls)
            throws IOException {
        Files.createDirectories(directory);
        FileChannel held = holdDirectory(directory);
        int count = Math.toIntExact(Math.max(1, sizeBytes / FILE_BYTES));
        boolean isDirect = takesDirect(directory, calls);
        int[] descriptors = new int[count];
        for (int i = 0; i < count; i++) {
            Path file = directory.resolve(String.format("data-%05d", i));
            descriptors[i] = openFile(file, isDirect, calls);
        }
        try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
            entries.force(true);
        }
        return new DeviceFiles(descriptors, held, FILE_BYTES, isDirect);
    }

    /** Two processes that append to one log would destroy it. */
    private static FileChannel holdDirectory(Path directory) throws IOException {
        FileChannel lock =
                FileChannel.open(
                        directory.resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        boolean isOurs = false;
        try {
            isOurs = lock.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            throw new IOException(directory + " is in use by this process", e);
        } finally {
            if (!isOurs) {
                lock.close();
            }
        }
        if (!isOurs) {
            throw new IOException(directory + " is in use by another datanode process");
        }
        return lock;
    }

    /** Files of a directory that was used as a device before. */
    static long bytesOf(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return FILE_BYTES
                    * entries.filter(file -> file.getFileName().toString().startsWith("data-"))
                            .count();
        }
    }

    private static int openFile(Path path, boolean isDirect, SystemCalls calls) throws IOException {
        int flags = O_RDWR | O_CREAT | O_CLOEXEC | (isDirect ? O_DIRECT : 0);
        int fd = calls.open(path.toString(), flags, 0600);
        if (fd < 0) {
            throw calls.failure("open " + path);
        }
        if (Files.size(path) < FILE_BYTES) {
            if (calls.fallocate(fd, FILE_BYTES) != 0) {
                try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
                    file.write(java.nio.ByteBuffer.allocate(1), FILE_BYTES - 1);
                }
            }
            if (calls.fdatasync(fd) != 0) {
                throw calls.failure("sync " + path);
            }
        }
        return fd;
    }

    private static boolean takesDirect(Path directory, SystemCalls calls) throws IOException {
        Path probe = directory.resolve("direct-probe");
        int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_DIRECT;
        int fd = calls.open(probe.toString(), flags, 0600);
        if (fd < 0) {
            Files.deleteIfExists(probe);
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment page = arena.allocate(Pages.PAGE_BYTES, Pages.PAGE_BYTES);
            Vectors vectors = new Vectors(1);
            vectors.add(page.address(), Pages.PAGE_BYTES);
            return vectors.write(calls, fd, 0);
        } finally {
            calls.close(fd);
            Files.deleteIfExists(probe);
        }
    }

    long sizeBytes() {
        return descriptors.length * fileBytes;
    }

    int count() {
        return descriptors.length;
    }

    /** Index of the file that holds an offset. */
    int fileOf(long offsetBytes) {
        Check.that(offsetBytes >= 0 && offsetBytes < sizeBytes(), "inside the device", offsetBytes);
        return (int) (offsetBytes / fileBytes);
    }

    int descriptor(int file) {
        return descriptors[file];
    }

    /** Offset within its file. */
    long position(long offsetBytes) {
        return offsetBytes % fileBytes;
    }

    /** Bytes from an offset to the end of its file. */
    long room(long offsetBytes) {
        return fileBytes - offsetBytes % fileBytes;
    }

    void close() throws IOException {
        SystemCalls calls = new SystemCalls();
        for (int fd : descriptors) {
            if (calls.close(fd) != 0) {
                throw calls.failure("close of a device file");
            }
        }
        if (held != null) {
            held.close();
        }
    }
}
