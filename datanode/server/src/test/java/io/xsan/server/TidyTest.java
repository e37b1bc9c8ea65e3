package io.xsan.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.server.SourceTree.SourceFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Holds the sources to the sizes and words of docs/DEVELOPING.md. What is still too large stands in
 * the ratchet file, where numbers only ever get smaller.
 */
class TidyTest {
    private static final String RATCHET = "datanode/server/src/test/resources/tidy-ratchet.txt";

    /** Written apart, so that this file does not find itself. */
    private static final Pattern LEFT_OVER =
            Pattern.compile("\\b(FIX" + "ME|TO" + "DO|XX" + "X)\\b");

    private static final Pattern IN_BACKTICKS = Pattern.compile("`([^`]+)`");

    private static Repository repository;
    private static SourceTree sources;
    private static Tidiness tidiness;

    @BeforeAll
    static void parseAllSources() {
        repository = Repository.ofThisBuild();
        sources = SourceTree.parse(repository);
        tidiness = Tidiness.of(sources);
        assertThat(sources.files()).hasSizeGreaterThan(100);
    }

    @Test
    void nothingGrowsBeyondItsSize() {
        Map<String, Integer> allowed = ratchet();
        List<String> faults = new ArrayList<>();
        tidiness.oversized()
                .forEach((key, size) -> {
                    if (size > allowed.getOrDefault(key, 0)) {
                        faults.add(tooLarge(key, size));
                    }
                });
        assertThat(faults).isEmpty();
    }

    private static String tooLarge(String key, int size) {
        if (key.startsWith("parameters ")) {
            return "%s: %d parameters, at most %d: things that travel together get a record"
                    .formatted(key, size, Tidiness.PARAMETERS_MAX);
        }
        if (key.startsWith("method ")) {
            return "%s: %d lines, at most %d: let one method branch and name its steps"
                    .formatted(key, size, Tidiness.METHOD_LINES_MAX);
        }
        return "%s: %d lines, at most %d: split it by state or by phase of the protocol"
                .formatted(key, size, Tidiness.FILE_LINES_MAX);
    }

    @Test
    void ratchetOnlyTurnsOneWay() {
        List<String> faults = new ArrayList<>();
        ratchet()
                .forEach((key, size) -> {
                    Integer now = tidiness.oversized().get(key);
                    if (now == null) {
                        faults.add("well done, now remove the line: " + key);
                    } else if (now < size) {
                        faults.add("well done, now write: " + key + " " + now);
                    }
                });
        assertThat(faults).as("lines of " + RATCHET).isEmpty();
    }

    private static Map<String, Integer> ratchet() {
        Map<String, Integer> allowed = new TreeMap<>();
        for (String line : read(repository.root().resolve(RATCHET)).lines().toList()) {
            if (!line.isBlank() && !line.startsWith("#")) {
                int end = line.lastIndexOf(' ');
                allowed.put(line.substring(0, end), Integer.valueOf(line.substring(end + 1)));
            }
        }
        return allowed;
    }

    @Test
    void sourcesHaveNoFaults() {
        assertThat(tidiness.faults()).isEmpty();
    }

    @Test
    void nothingIsLeftOver() {
        List<String> faults = new ArrayList<>();
        for (SourceFile file : sources.files()) {
            Matcher matcher = LEFT_OVER.matcher(file.text());
            while (matcher.find()) {
                long line = file.text().substring(0, matcher.start()).lines().count() + 1;
                faults.add("%s:%d: %s".formatted(file.name(), line, matcher.group()));
            }
        }
        assertThat(faults).as("do it, or write an issue and leave no mark").isEmpty();
    }

    @Test
    void everyFaultOfTheFailureModelNamesTestsThatExist() {
        List<String> faults = new ArrayList<>();
        for (String row : rowsOf("docs/FAILURE-MODEL.md")) {
            List<String> named = testsNamedIn(row);
            if (named.isEmpty()) {
                faults.add("no test: " + row);
            }
            named.stream()
                    .filter(test -> !exists(test))
                    .forEach(test -> faults.add("no such test, or switched off: " + test));
        }
        assertThat(faults)
                .as("the last column has `Class.method` of a test, or the path of a part of .ci")
                .isEmpty();
    }

    private static List<String> rowsOf(String document) {
        return read(repository.root().resolve(document))
                .lines()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| fault |"))
                .toList();
    }

    private static List<String> testsNamedIn(String row) {
        String[] columns = row.split("(?<!\\\\)\\|");
        return IN_BACKTICKS
                .matcher(columns[columns.length - 1])
                .results()
                .map(result -> result.group(1))
                .toList();
    }

    private static boolean exists(String test) {
        return test.startsWith(".ci/")
                ? Files.exists(repository.root().resolve(test))
                : tidiness.tests().contains(test);
    }

    @Test
    void everyLayoutHasItsPage() {
        String pages = allTextUnder(repository.root().resolve("docs").resolve("formats"));
        List<String> without =
                sources.files().stream()
                        .filter(SourceFile::isMain)
                        .map(file -> file.name().replaceAll(".*/|\\.java$", ""))
                        .filter(type -> type.endsWith("Layout") && !pages.contains(type))
                        .toList();
        assertThat(without).as("layouts that no page under docs/formats names").isEmpty();
    }

    private static String allTextUnder(Path directory) {
        try (Stream<Path> pages = Files.list(directory)) {
            return String.join("\n", pages.map(TidyTest::read).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
