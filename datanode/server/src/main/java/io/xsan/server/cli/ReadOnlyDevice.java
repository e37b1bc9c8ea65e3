package io.xsan.server.cli;

import io.xsan.base.seam.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A device (a file, or a directory of {@code data-*} files) that is looked at, never written. */
final class ReadOnlyDevice implements Disk, AutoCloseable {
    private final List<FileChannel> files = new ArrayList<>();
    private final long fileBytes;

    ReadOnlyDevice(Path path) throws IOException {
        for (Path file : filesOf(path)) {
            files.add(FileChannel.open(file, StandardOpenOption.READ));
        }
        if (files.isEmpty()) {
            throw new IOException(path + ": no device files");
        }
        fileBytes = files.getFirst().size();
    }

    private static List<Path> filesOf(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (Stream<Path> entries = Files.list(path)) {
            return entries.filter(file -> file.getFileName().toString().startsWith("data-"))
                    .sorted()
                    .toList();
        }
    }

    @Override
    public long sizeBytes() {
        return fileBytes * files.size();
    }

    @Override
    public void read(long offsetBytes, Slice target, Completion completion, long token) {
        Outcome outcome = Outcome.OK;
        try {
            ByteBuffer bytes =
                    target.buffer
                            .segment()
                            .asSlice(target.offsetBytes, target.lengthBytes)
                            .asByteBuffer();
            while (bytes.hasRemaining()) {
                long at = offsetBytes + bytes.position();
                FileChannel file = files.get((int) (at / fileBytes));
                if (file.read(bytes, at % fileBytes) <= 0) {
                    outcome = Outcome.FAILED;
                    break;
                }
            }
        } catch (IOException e) {
            outcome = Outcome.FAILED;
        }
        completion.onDiskDone(token, outcome);
    }

    @Override
    public void write(
            long offsetBytes, Slice[] sources, int count, Completion completion, long token) {
        throw new UnsupportedOperationException("read only");
    }

    @Override
    public void sync(Completion completion, long token) {
        throw new UnsupportedOperationException("read only");
    }

    @Override
    public void discard(long offsetBytes, long lengthBytes) {
        throw new UnsupportedOperationException("read only");
    }

    @Override
    public void close() throws IOException {
        for (FileChannel file : files) {
            file.close();
        }
    }
}
