package io.xsan.server.cli;

import io.xsan.base.log.Log;
import io.xsan.meta.inspect.MetaInspector;
import io.xsan.protocol.inspect.FrameInspector;
import io.xsan.server.disk.LocalDisk;
import io.xsan.store.inspect.StoreInspector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code xsan inspect}: files of XSAN's formats as text. */
@Command(name = "inspect", description = "Shows files of XSAN's formats as text.")
final class InspectCommand {
    private static final long FILE_BYTES_MAX = 256L << 20;

    private final Surroundings surroundings;

    InspectCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Command(description = "A recorded stream of frames between datanodes.")
    int frame(@Parameters(paramLabel = "FILE") Path file) throws IOException {
        print(FrameInspector.describe(read(file)));
        return 0;
    }

    @Command(description = "Commands and records of the metadata in a segment of the Raft log.")
    int raftlog(@Parameters(paramLabel = "FILE") Path file) throws IOException {
        print(MetaInspector.describeAll(read(file)));
        return 0;
    }

    @Command(description = "Both superblocks of a device (a file, or a directory of data files).")
    int superblock(@Parameters(paramLabel = "DEVICE") Path device) throws IOException {
        try (ReadOnlyDevice disk = new ReadOnlyDevice(device);
                StoreInspector inspector = new StoreInspector(disk)) {
            print(inspector.superblock());
        }
        return 0;
    }

    @Command(description = "Groups, records and summary of one segment of a device.")
    int segment(
            @Parameters(paramLabel = "DEVICE") Path device,
            @Parameters(paramLabel = "SEGMENT") int segment)
            throws IOException {
        try (ReadOnlyDevice disk = new ReadOnlyDevice(device);
                StoreInspector inspector = new StoreInspector(disk)) {
            print(inspector.segment(segment));
        }
        return 0;
    }

    @Command(description = "State of all segments of a device, or the checkpoint of one.")
    int checkpoint(
            @Parameters(paramLabel = "DEVICE") Path device,
            @Parameters(paramLabel = "SEGMENT", arity = "0..1", defaultValue = "-1") int segment)
            throws IOException {
        try (ReadOnlyDevice disk = new ReadOnlyDevice(device);
                StoreInspector inspector = new StoreInspector(disk)) {
            print(segment < 0 ? inspector.checkpoints() : inspector.checkpoint(segment));
        }
        return 0;
    }

    @Command(
            description =
                    "Rebuilds the index of a device from its segments alone and writes their"
                            + " checkpoints anew. The datanode must not run.")
    int rebuild(@Parameters(paramLabel = "DEVICE") Path device) throws IOException {
        try (LocalDisk disk = LocalDisk.openUsed(device, Log.NONE)) {
            print(IndexRebuild.of(disk, device));
        }
        return 0;
    }

    private void print(String text) {
        surroundings.out().print(text);
        surroundings.out().flush();
    }

    private static ByteBuffer read(Path file) throws IOException {
        long size = Files.size(file);
        if (size > FILE_BYTES_MAX) {
            throw new IOException(
                    file + ": " + Sizes.text(size) + ", allowed is " + Sizes.text(FILE_BYTES_MAX));
        }
        return ByteBuffer.wrap(Files.readAllBytes(file));
    }
}
