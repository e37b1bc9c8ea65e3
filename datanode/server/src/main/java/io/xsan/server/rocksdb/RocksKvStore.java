package io.xsan.server.rocksdb;

import io.xsan.base.seam.KvStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.BiPredicate;
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
    private final RocksDB database;

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
        try {
            database = RocksDB.open(options, directory.toString());
        } catch (RocksDBException e) {
            throw new IOException("database " + directory + ": " + e.getMessage(), e);
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
