package io.xsan.server.raft;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.impl.FileListSnapshotInfo;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;

/**
 * Checkpoints of the metadata under Ratis's directory: {@code sm/snapshot.TERM_INDEX/}, each with
 * the files of a RocksDB checkpoint. Ratis replaces the whole of {@code sm} when it installs one.
 */
final class CheckpointStorage implements StateMachineStorage {
    /** Kept: the newest, and the one before it that a member may be fetching. */
    private static final int KEPT = 2;

    private static final Pattern NAME = Pattern.compile("snapshot\\.([0-9]+)_([0-9]+)");
    private static final String DIGEST_SUFFIX = ".md5";

    private volatile @Nullable RaftStorage storage;

    /** One checkpoint. */
    record Checkpoint(TermIndex at, Path directory) {}

    @Override
    public void init(RaftStorage of) throws IOException {
        storage = of;
        // Ratis does not make it, and a checkpoint needs it.
        Files.createDirectories(getTmpDir().toPath());
    }

    private RaftStorage storage() {
        RaftStorage known = storage;
        if (known == null) {
            throw new IllegalStateException("initialized before it is used");
        }
        return known;
    }

    @Override
    public File getSnapshotDir() {
        return storage().getStorageDir().getStateMachineDir();
    }

    @Override
    public File getTmpDir() {
        return storage().getStorageDir().getTmpDir();
    }

    @Override
    public void format() {
        // Nothing is there that would not be a checkpoint.
    }

    /** An unused path on the same file system, for a checkpoint in the making. */
    Path scratch() throws IOException {
        Path directory = getTmpDir().toPath().resolve("checkpoint");
        delete(directory);
        return directory;
    }

    /** Makes {@code scratch} the checkpoint of {@code at}; older ones go. */
    void add(TermIndex at, Path scratch) throws IOException {
        Path target =
                getSnapshotDir().toPath().resolve("snapshot." + at.getTerm() + "_" + at.getIndex());
        if (!Files.exists(target)) {
            Files.createDirectories(getSnapshotDir().toPath());
            Files.move(scratch, target, StandardCopyOption.ATOMIC_MOVE);
        }
        List<Checkpoint> all = all(getSnapshotDir().toPath());
        for (Checkpoint old : all.subList(0, Math.max(0, all.size() - KEPT))) {
            delete(old.directory());
        }
    }

    /** The newest checkpoint. */
    Optional<Checkpoint> newest() throws IOException {
        return newest(getSnapshotDir().toPath());
    }

    /** The newest checkpoint of a {@code directory} of checkpoints. */
    static Optional<Checkpoint> newest(Path directory) throws IOException {
        List<Checkpoint> all = all(directory);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
    }

    private static List<Checkpoint> all(Path directory) throws IOException {
        List<Checkpoint> found = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            return found;
        }
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path entry : entries.toList()) {
                Matcher matcher = NAME.matcher(entry.getFileName().toString());
                if (matcher.matches() && Files.isDirectory(entry)) {
                    TermIndex at =
                            TermIndex.valueOf(
                                    Long.parseLong(matcher.group(1)),
                                    Long.parseLong(matcher.group(2)));
                    found.add(new Checkpoint(at, entry));
                }
            }
        }
        found.sort(Comparator.comparing(Checkpoint::at));
        return found;
    }

    @Override
    public @Nullable SnapshotInfo getLatestSnapshot() {
        if (storage == null) {
            return null;
        }
        try {
            Optional<Checkpoint> newest = newest();
            if (newest.isEmpty()) {
                return null;
            }
            List<FileInfo> files = new ArrayList<>();
            for (Path file : files(newest.get().directory())) {
                files.add(new FileInfo(file, MD5FileUtil.computeMd5ForFile(file.toFile())));
            }
            return new FileListSnapshotInfo(files, newest.get().at());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** The files of a checkpoint, without the digests that Ratis puts beside them. */
    static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> !file.toString().endsWith(DIGEST_SUFFIX)).sorted().toList();
        }
    }

    @Override
    public void cleanupOldSnapshots(SnapshotRetentionPolicy policy) {
        // Done when one is added.
    }

    /** Deletes a directory and all that is in it; fine if it is not there. */
    static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        Files.walkFileTree(
                directory,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path visited, @Nullable IOException failure) throws IOException {
                        Files.delete(visited);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
