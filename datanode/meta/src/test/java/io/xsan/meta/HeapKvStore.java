package io.xsan.meta;

import io.xsan.base.seam.KvStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** A store on the heap. */
final class HeapKvStore implements KvStore {
    private final TreeMap<byte[], byte[]> map = new TreeMap<>(Arrays::compareUnsigned);

    private static final class Changes implements Batch {
        private final List<Map.Entry<byte[], byte[]>> puts = new ArrayList<>();
        private final List<byte[]> deletes = new ArrayList<>();

        @Override
        public void put(byte[] key, byte[] value) {
            puts.add(Map.entry(key, value));
        }

        @Override
        public void delete(byte[] key) {
            deletes.add(key);
        }
    }

    HeapKvStore copy() {
        HeapKvStore copy = new HeapKvStore();
        copy.map.putAll(map);
        return copy;
    }

    void replaceValue(byte[] key, byte[] value) {
        map.put(key, value);
    }

    @Override
    public Batch batch() {
        return new Changes();
    }

    @Override
    public void write(Batch batch, boolean sync) {
        Changes changes = (Changes) batch;
        changes.puts.forEach(put -> map.put(put.getKey(), put.getValue()));
        changes.deletes.forEach(map::remove);
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        return map.get(key);
    }

    @Override
    public void scan(byte[] prefix, byte[] fromInclusive, BiPredicate<byte[], byte[]> visitor) {
        for (Map.Entry<byte[], byte[]> entry : map.tailMap(fromInclusive).entrySet()) {
            byte[] key = entry.getKey();
            boolean isInside =
                    key.length >= prefix.length
                            && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
            if (!isInside || !visitor.test(key, entry.getValue())) {
                return;
            }
        }
    }

    @Override
    public void checkpoint(String directory) {
        throw new UnsupportedOperationException("on the heap");
    }

    @Override
    public void close() {}
}
