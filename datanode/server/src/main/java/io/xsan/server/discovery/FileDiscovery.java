package io.xsan.server.discovery;

import io.xsan.base.log.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The addresses in a file, one {@code HOST:PORT} a line, read anew each time: {@code
 * discovery-etcd} or an operator replaces it as members come and go.
 */
final class FileDiscovery implements Discovery {
    private static final Pattern LINE = Pattern.compile("\\[?([^\\]\\s]+?)\\]?:([0-9]{1,5})");

    private final Path file;
    private final Log log;

    FileDiscovery(Path file, Log log) {
        this.file = file;
        this.log = log;
    }

    @Override
    public List<Address> find() {
        try {
            return Files.readAllLines(file).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .map(this::address)
                    .flatMap(Optional::stream)
                    .toList();
        } catch (IOException e) {
            log.warn("discovery-found-nothing", "file", file, "reason", e);
            return List.of();
        }
    }

    private Optional<Address> address(String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            log.warn("discovery-line-refused", "file", file, "line", line, "allowed", "HOST:PORT");
            return Optional.empty();
        }
        return Optional.of(new Address(matcher.group(1), Integer.parseInt(matcher.group(2))));
    }
}
