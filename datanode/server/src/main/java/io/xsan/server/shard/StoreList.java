package io.xsan.server.shard;

import io.xsan.base.ErrorCode;
import io.xsan.base.Refusal;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The stores that a node has, and on which device each was last: the file {@code stores} in its
 * data directory, a line for each, {@code STOREID PATH}. So a device that is not there, or came
 * back empty, is noticed and not formatted. One thread.
 */
final class StoreList {
    private final Path file;
    private final Map<Long, Path> stores = new LinkedHashMap<>();

    private StoreList(Path file) {
        this.file = file;
    }

    /**
     * The list in {@code dataDir}; empty if there is none yet.
     *
     * @throws Refusal if the file is there and is no such list
     */
    static StoreList read(Path dataDir) throws IOException {
        StoreList list = new StoreList(dataDir.resolve("stores"));
        if (Files.exists(list.file)) {
            for (String line : Files.readAllLines(list.file, StandardCharsets.UTF_8)) {
                if (!line.matches("[0-9a-f]{16} .+")) {
                    throw new Refusal(
                            ErrorCode.INVALID_PARAM,
                            list.file
                                    + ": '"
                                    + line
                                    + "', allowed are lines STOREID PATH; it may be deleted while"
                                    + " all devices are there");
                }
                list.stores.put(
                        Long.parseUnsignedLong(line.substring(0, 16), 16),
                        Path.of(line.substring(17)));
            }
        }
        return list;
    }

    /** The store that was on a device. */
    Optional<Long> storeOn(Path path) {
        return stores.entrySet().stream()
                .filter(store -> store.getValue().equals(path))
                .map(Map.Entry::getKey)
                .reduce((older, newer) -> newer);
    }

    boolean has(long storeId) {
        return stores.containsKey(storeId);
    }

    /** True if the node has a store that is not among {@code open}. */
    boolean hasOthersThan(java.util.Collection<Long> open) {
        return !open.containsAll(stores.keySet());
    }

    /** Notes where a store is. Durable on return. */
    void put(long storeId, Path path) throws IOException {
        if (path.equals(stores.get(storeId))) {
            return;
        }
        stores.remove(storeId);
        stores.put(storeId, path);
        save();
    }

    private void save() throws IOException {
        StringBuilder text = new StringBuilder();
        stores.forEach(
                (id, path) -> text.append(String.format("%016x ", id)).append(path).append('\n'));
        Path fresh = file.resolveSibling("stores.new");
        Files.writeString(fresh, text, StandardCharsets.UTF_8);
        try (FileChannel written = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            written.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
                entries.force(true);
            }
        }
    }
}
