package io.xsan.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.xsan.protocol.client.ClientConfig;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The file that says how to reach a cluster: endpoints, and the PEM files of authority, certificate
 * and key, relative to itself.
 */
public final class ClientFile {
    /** Name within a directory. */
    public static final String NAME = "client.json";

    private static final List<String> KEYS =
            List.of("endpoints", "authority", "certificate", "key");

    private ClientFile() {}

    /**
     * Finds the file: the one that is named (a file, or a directory that has it), else that of the
     * environment, else that of a demo that was kept, else the user's.
     *
     * @throws FileNotFoundException if there is none; names where it was looked for
     */
    static Path find(@Nullable Path named, Optional<String> environment, Path home, Path demo)
            throws FileNotFoundException {
        List<Path> places = new ArrayList<>();
        if (named != null) {
            places.add(named);
        } else if (environment.isPresent()) {
            places.add(Path.of(environment.get()));
        } else {
            places.add(demo);
            places.add(home.resolve(".config/xsan"));
        }
        for (Path place : places) {
            Path file = Files.isDirectory(place) ? place.resolve(NAME) : place;
            if (Files.isRegularFile(file)) {
                return file;
            }
        }
        throw new FileNotFoundException(
                "no cluster is named: no "
                        + NAME
                        + " in "
                        + String.join(", ", places.stream().map(Path::toString).toList())
                        + "; name one with --cluster or XSAN_CLUSTER");
    }

    /**
     * Reads a client file.
     *
     * @throws IOException if it cannot be read or is not valid; says where and what is allowed
     */
    public static ClientConfig read(Path file) throws IOException {
        JsonNode json = new ObjectMapper().readTree(file.toFile());
        TreeSet<String> unknown = new TreeSet<>();
        json.fieldNames().forEachRemaining(unknown::add);
        KEYS.forEach(unknown::remove);
        if (!unknown.isEmpty()) {
            throw new IOException(
                    file + ": " + unknown.first() + ": unknown key, allowed are " + KEYS);
        }
        JsonNode endpoints = json.path("endpoints");
        List<String> addresses = new ArrayList<>();
        for (JsonNode endpoint : endpoints) {
            if (!endpoint.asText().matches(".+:[0-9]{1,5}")) {
                throw new IOException(
                        file + ": endpoints: " + endpoint + ", allowed is \"host:port\"");
            }
            addresses.add(endpoint.asText());
        }
        if (addresses.isEmpty()) {
            throw new IOException(file + ": endpoints: an array of \"host:port\" is needed");
        }
        return new ClientConfig(
                addresses,
                path(file, json, "authority"),
                path(file, json, "certificate"),
                path(file, json, "key"));
    }

    private static Path path(Path file, JsonNode json, String key) throws IOException {
        if (!json.path(key).isTextual()) {
            throw new IOException(file + ": " + key + ": the name of a PEM file is needed");
        }
        return file.toAbsolutePath().resolveSibling(json.path(key).asText());
    }
}
