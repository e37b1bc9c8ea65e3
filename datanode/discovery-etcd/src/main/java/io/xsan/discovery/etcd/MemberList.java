package io.xsan.discovery.etcd;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The file that datanodes read: one {@code HOST:PORT} a line. */
final class MemberList {
    private static final Pattern ADDRESS = Pattern.compile("\\[?[^\\]\\s]+?\\]?:[0-9]{1,5}");

    private final Path file;
    private List<String> written = List.of();

    MemberList(Path file) {
        this.file = file;
    }

    static boolean isAddress(String text) {
        return ADDRESS.matcher(text).matches();
    }

    /**
     * Replaces the list, if it is another one; readers see the old one or the new one. True if it
     * was replaced. An empty list replaces nothing: no datanode is found by it, while those of the
     * old one may be back any time.
     *
     * @throws IOException if the file cannot be written
     */
    boolean replace(Collection<String> addresses) throws IOException {
        List<String> sorted =
                List.copyOf(
                        new TreeSet<>(addresses.stream().filter(MemberList::isAddress).toList()));
        if (sorted.isEmpty() || (sorted.equals(written) && Files.exists(file))) {
            return false;
        }
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.write(fresh, sorted, StandardCharsets.UTF_8);
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(
                fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        written = sorted;
        return true;
    }
}
