package io.xsan.server.rocksdb;

import io.xsan.base.seam.KvStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Checkpoint;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * A RocksDB database. Its errors end the operation with an IllegalStateException: see each call.
 */
public final class RocksKvStore implements KvStore {
    private final Options options;
    private final WriteOptions synced;
    private final WriteOptions unsynced;
    private final Path directory;
    private RocksDB database;

    /**
     * Opens the database in {@code directory}, making it if it is missing.
     *
     * @throws IOException if it cannot be opened
     */
    public RocksKvStore(Path directory) throws IOException {
        loadLibrary(directory);
        options = new Options().setCreateIfMissing(true).setKeepLogFileNum(2);
        synced = new WriteOptions().setSync(true);
        unsynced = new WriteOptions();
        this.directory = directory;
        database = open(options, directory);
    }

    private static RocksDB open(Options options, Path directory) throws IOException {
        try {
            Files.createDirectories(directory);
            return RocksDB.open(options, directory.toString());
        } catch (RocksDBException e) {
            throw new IOException("database " + directory + ": " + e.getMessage(), e);
        }
    }

    /**
     * Goes on with a copy of the checkpoint that consists of {@code files}, in place of what is
     * here. After a crash in the middle there is the old state, the new one, or none.
     *
     * @throws IOException if files cannot be copied or the copy cannot be opened
     */
    public void replaceWith(List<Path> files) throws IOException {
        Path fresh = directory.resolveSibling(directory.getFileName() + ".new");
        delete(fresh);
        Files.createDirectories(fresh);
        for (Path file : files) {
            Path target = fresh.resolve(file.getFileName().toString());
            if (target.toString().endsWith(".sst")) {
                Files.createLink(target, file);
            } else {
                Files.copy(file, target);
            }
        }
        database.close();
        // Renamed first: half of a database would not open, none is made anew.
        Path old = directory.resolveSibling(directory.getFileName() + ".old");
        delete(old);
        Files.move(directory, old, StandardCopyOption.ATOMIC_MOVE);
        Files.move(fresh, directory, StandardCopyOption.ATOMIC_MOVE);
        delete(old);
        database = open(options, directory);
    }

    private static void delete(Path old) throws IOException {
        if (Files.isDirectory(old)) {
            try (Stream<Path> files = Files.list(old)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(old);
        }
    }

    /**
     * Beside the database and under one name: by itself RocksDB would unpack its library into a new
     * file of the system's temporary directory at each start, and leave it there when the process
     * is killed. Where the library is on java.library.path, nothing is unpacked.
     */
    private static void loadLibrary(Path directory) throws IOException {
        Path place = directory.resolveSibling("native");
        Files.createDirectories(directory);
        Files.createDirectories(place);
        NativeLibraryLoader.getInstance().loadLibrary(place.toString());
    }

    @Override
    public Batch batch() {
        return new RocksBatch();
    }

    @Override
    public void write(Batch batch, boolean sync) {
        try (WriteBatch changes = ((RocksBatch) batch).changes) {
            database.write(sync ? synced : unsynced, changes);
        } catch (RocksDBException e) {
            throw new IllegalStateException("write to the database failed", e);
        }
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        try {
            return database.get(key);
        } catch (RocksDBException e) {
            throw new IllegalStateException("read of the database failed", e);
        }
    }

    @Override
    public void scan(byte[] prefix, byte[] fromInclusive, BiPredicate<byte[], byte[]> visitor) {
        try (RocksIterator iterator = database.newIterator()) {
            iterator.seek(fromInclusive);
            while (iterator.isValid() && startsWith(iterator.key(), prefix)) {
                if (!visitor.test(iterator.key(), iterator.value())) {
                    return;
                }
                iterator.next();
            }
            iterator.status();
        } catch (RocksDBException e) {
            throw new IllegalStateException("scan of the database failed", e);
        }
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length
                && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    @Override
    public void checkpoint(String directory) {
        try (Checkpoint checkpoint = Checkpoint.create(database)) {
            checkpoint.createCheckpoint(directory);
        } catch (RocksDBException e) {
            throw new IllegalStateException("checkpoint of the database failed", e);
        }
    }

    @Override
    public void close() {
        database.close();
        options.close();
        synced.close();
        unsynced.close();
    }

    private static final class RocksBatch implements Batch {
        private final WriteBatch changes = new WriteBatch();

        @Override
        public void put(byte[] key, byte[] value) {
            try {
                changes.put(key, value);
            } catch (RocksDBException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void delete(byte[] key) {
            try {
                changes.delete(key);
            } catch (RocksDBException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
