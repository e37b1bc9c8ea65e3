package io.xsan.server.raft;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** The id under which this node is a member of the group, in the file {@code peer} of its log. */
final class PeerFile {
    private final Path file;

    PeerFile(Path directory) {
        this.file = directory.resolve("peer");
    }

    Optional<String> read() throws IOException {
        return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
    }

    /** Durable on return: before the first vote under the id. */
    void write(String id) throws IOException {
        Path fresh = file.resolveSibling("peer.new");
        Files.writeString(fresh, id + "\n");
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(
                fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
