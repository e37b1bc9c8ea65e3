package io.xsan.server.disk;

import io.xsan.base.Check;
import io.xsan.base.Pages;
import io.xsan.base.log.Log;
import io.xsan.base.seam.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A directory as a device: files of {@link #FILE_BYTES}, allocated when the device is opened the
 * first time, so that writes never extend a file. Direct I/O where the file system takes it.
 *
 * <p>Operations end before they return, on the calling thread: made for fast devices, on the shard.
 */
public final class FileDisk implements Disk, AutoCloseable {
    /** Size of one file. */
    public static final long FILE_BYTES = 64L << 20;

    private final List<FileChannel> files = new ArrayList<>();
    private final Set<FileChannel> dirty = new LinkedHashSet<>();
    private final long sizeBytes;
    private final boolean isDirect;
    private final Log log;

    private FileDisk(long sizeBytes, boolean isDirect, Log log) {
        this.sizeBytes = sizeBytes;
        this.isDirect = isDirect;
        this.log = log;
    }

    /**
     * Opens the device in {@code directory}, which is made if it is missing. {@code sizeBytes} is
     * rounded down to whole files (at least one).
     *
     * @throws IOException if the directory or a file cannot be made or opened
     */
    public static FileDisk open(Path directory, long sizeBytes, Log log) throws IOException {
        Files.createDirectories(directory);
        int count = Math.toIntExact(Math.max(1, sizeBytes / FILE_BYTES));
        boolean isDirect = takesDirect(directory);
        FileDisk disk = new FileDisk(count * FILE_BYTES, isDirect, log);
        for (int i = 0; i < count; i++) {
            disk.files.add(disk.openFile(directory.resolve(String.format("data-%05d", i))));
        }
        syncDirectory(directory);
        log.info("device-open", "path", directory, "bytes", disk.sizeBytes, "direct", isDirect);
        return disk;
    }

    private FileChannel openFile(Path path) throws IOException {
        FileChannel file = FileChannel.open(path, options(isDirect));
        if (file.size() < FILE_BYTES) {
            Allocation.allocate(path, FILE_BYTES);
            file.force(true);
        }
        return file;
    }

    private static OpenOption[] options(boolean isDirect) {
        List<OpenOption> options =
                new ArrayList<>(
                        List.of(
                                StandardOpenOption.CREATE,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE));
        if (isDirect) {
            options.add(directOption());
        }
        return options.toArray(OpenOption[]::new);
    }

    /** com.sun.nio.file.ExtendedOpenOption.DIRECT, which the compiler warns to name. */
    private static OpenOption directOption() {
        try {
            Class<?> type = Class.forName("com.sun.nio.file.ExtendedOpenOption");
            for (Object constant : type.getEnumConstants()) {
                if (constant.toString().equals("DIRECT") && constant instanceof OpenOption option) {
                    return option;
                }
            }
        } catch (ClassNotFoundException e) {
            throw new UnsupportedOperationException("this JDK has no direct I/O", e);
        }
        throw new UnsupportedOperationException("this JDK has no direct I/O");
    }

    private static boolean takesDirect(Path directory) throws IOException {
        Path probe = directory.resolve("direct-probe");
        try (FileChannel file = FileChannel.open(probe, options(true))) {
            ByteBuffer page = ByteBuffer.allocateDirect(2 * Pages.PAGE_BYTES);
            ByteBuffer aligned = page.alignedSlice(Pages.PAGE_BYTES).limit(Pages.PAGE_BYTES);
            file.write(aligned, 0);
            return Files.getFileStore(directory).getBlockSize() <= Pages.PAGE_BYTES;
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    private static void syncDirectory(Path directory) throws IOException {
        try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
            entries.force(true);
        }
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public void read(long offsetBytes, Slice target, Completion completion, long token) {
        Outcome outcome = Outcome.OK;
        try {
            long at = offsetBytes;
            ByteBuffer left = view(target);
            while (left.hasRemaining()) {
                at += readSome(at, left);
            }
        } catch (IOException e) {
            log.error("device-read-failed", "offset", offsetBytes, "reason", e);
            outcome = Outcome.FAILED;
        }
        completion.onDiskDone(token, outcome);
    }

    /** Reads up to the end of a file; the rest is the next one's. */
    private int readSome(long at, ByteBuffer left) throws IOException {
        int end = left.limit();
        left.limit(
                left.position() + (int) Math.min(left.remaining(), FILE_BYTES - at % FILE_BYTES));
        int count = file(at).read(left, at % FILE_BYTES);
        left.limit(end);
        if (count <= 0) {
            throw new IOException("file ends before its allocated size");
        }
        return count;
    }

    @Override
    public void write(
            long offsetBytes, Slice[] sources, int count, Completion completion, long token) {
        Outcome outcome = Outcome.OK;
        try {
            ByteBuffer[] views = new ByteBuffer[count];
            long lengthBytes = 0;
            for (int i = 0; i < count; i++) {
                views[i] = view(sources[i]);
                lengthBytes += sources[i].lengthBytes;
            }
            if (offsetBytes % FILE_BYTES + lengthBytes <= FILE_BYTES) {
                gather(file(offsetBytes), offsetBytes % FILE_BYTES, views, lengthBytes);
            } else {
                writeAcross(offsetBytes, views);
            }
        } catch (IOException e) {
            log.error("device-write-failed", "offset", offsetBytes, "reason", e);
            outcome = Outcome.FAILED;
        }
        completion.onDiskDone(token, outcome);
    }

    private void gather(FileChannel file, long position, ByteBuffer[] views, long lengthBytes)
            throws IOException {
        dirty.add(file);
        file.position(position);
        long left = lengthBytes;
        int first = 0;
        while (left > 0) {
            long written = file.write(views, first, views.length - first);
            left -= written;
            while (first < views.length && !views[first].hasRemaining()) {
                first++;
            }
        }
    }

    private void writeAcross(long offsetBytes, ByteBuffer[] views) throws IOException {
        long at = offsetBytes;
        for (ByteBuffer view : views) {
            int end = view.limit();
            while (view.position() < end) {
                long room = FILE_BYTES - at % FILE_BYTES;
                view.limit((int) Math.min(end, view.position() + room));
                dirty.add(file(at));
                at += file(at).write(view, at % FILE_BYTES);
                view.limit(end);
            }
        }
    }

    @Override
    public void sync(Completion completion, long token) {
        Outcome outcome = Outcome.OK;
        try {
            for (FileChannel file : dirty) {
                file.force(false);
            }
            dirty.clear();
        } catch (IOException e) {
            log.error("device-sync-failed", "reason", e);
            outcome = Outcome.FAILED;
        }
        completion.onDiskDone(token, outcome);
    }

    /** Space stays allocated: the files are written again. */
    @Override
    public void discard(long offsetBytes, long lengthBytes) {}

    private FileChannel file(long offsetBytes) {
        Check.that(offsetBytes >= 0 && offsetBytes < sizeBytes, "inside the device", offsetBytes);
        return files.get((int) (offsetBytes / FILE_BYTES));
    }

    private static ByteBuffer view(Slice slice) {
        return slice.buffer
                .bytes()
                .duplicate()
                .limit(slice.offsetBytes + slice.lengthBytes)
                .position(slice.offsetBytes);
    }

    /** Closes the files; what was not synced may be lost. */
    @Override
    public void close() throws IOException {
        for (FileChannel file : files) {
            file.close();
        }
    }
}
