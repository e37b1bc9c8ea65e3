package io.xsan.sim.meta;

import io.xsan.base.seam.KvStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** A map in memory that loses batches which were not synced when it crashes. */
public final class SimKvStore implements KvStore {
    private static final class Change {
        final byte[] key;
        final byte @Nullable [] value;

        Change(byte[] key, byte @Nullable [] value) {
            this.key = key;
            this.value = value;
        }
    }

    private static final class SimBatch implements Batch {
        final List<Change> changes = new ArrayList<>();

        @Override
        public void put(byte[] key, byte[] value) {
            changes.add(new Change(key.clone(), value.clone()));
        }

        @Override
        public void delete(byte[] key) {
            changes.add(new Change(key.clone(), null));
        }
    }

    private final TreeMap<byte[], byte[]> map = new TreeMap<>(Arrays::compareUnsigned);
    private final TreeMap<byte[], byte[]> synced = new TreeMap<>(Arrays::compareUnsigned);
    private final List<Change> unsynced = new ArrayList<>();

    /** An empty map. */
    public SimKvStore() {}

    @Override
    public Batch batch() {
        return new SimBatch();
    }

    @Override
    public void write(Batch batch, boolean sync) {
        List<Change> changes = ((SimBatch) batch).changes;
        apply(changes, map);
        unsynced.addAll(changes);
        if (sync) {
            sync();
        }
    }

    /** Makes all batches durable. */
    public void sync() {
        apply(unsynced, synced);
        unsynced.clear();
    }

    private static void apply(List<Change> changes, TreeMap<byte[], byte[]> target) {
        for (Change change : changes) {
            byte[] value = change.value;
            if (value == null) {
                target.remove(change.key);
            } else {
                target.put(change.key, value);
            }
        }
    }

    /** Loses every batch that was not synced. */
    public void crash() {
        unsynced.clear();
        map.clear();
        map.putAll(synced);
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        return map.get(key);
    }

    @Override
    public void scan(byte[] prefix, byte[] fromInclusive, BiPredicate<byte[], byte[]> visitor) {
        for (Map.Entry<byte[], byte[]> entry : map.tailMap(fromInclusive).entrySet()) {
            byte[] key = entry.getKey();
            boolean isOf =
                    key.length >= prefix.length
                            && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
            if (!isOf || !visitor.test(key, entry.getValue())) {
                return;
            }
        }
    }

    @Override
    public void checkpoint(String directory) {
        sync();
    }

    @Override
    public void close() {}
}
