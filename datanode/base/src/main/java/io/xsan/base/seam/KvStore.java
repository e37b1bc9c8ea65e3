package io.xsan.base.seam;

import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Ordered map of byte strings (unsigned lexicographic), durable by atomic batches. Blocking: never
 * called on a shard. One caller at a time.
 */
public interface KvStore extends AutoCloseable {
    /** A set of changes that is applied as a whole or not at all. */
    interface Batch {
        /** Sets a key. */
        void put(byte[] key, byte[] value);

        /** Removes a key; nothing happens if it is absent. */
        void delete(byte[] key);
    }

    /** A new, empty batch. */
    Batch batch();

    /** Applies a batch. Durable on return if {@code sync}; else with the next synced one. */
    void write(Batch batch, boolean sync);

    /** The value of a key, or null. */
    byte @Nullable [] get(byte[] key);

    /**
     * Visits keys from {@code fromInclusive} in order while they start with {@code prefix} and the
     * visitor answers true.
     */
    void scan(byte[] prefix, byte[] fromInclusive, BiPredicate<byte[], byte[]> visitor);

    /** Writes a consistent copy of the whole map into {@code directory}, which must not exist. */
    void checkpoint(String directory);

    @Override
    void close();
}
