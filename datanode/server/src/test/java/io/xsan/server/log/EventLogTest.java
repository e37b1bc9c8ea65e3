package io.xsan.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.xsan.base.log.Level;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EventLogTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private long now = 5;

    private EventLog log(Level level, boolean isJson) {
        return new EventLog(out, level, isJson, () -> now);
    }

    private List<String> lines() {
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void eachEventIsOneLineWhateverItsValuesHold() {
        EventLog log = log(Level.INFO, false);
        log.info("link-down", "reason", "two\nlines and \"quotes\"", "node", 3, "empty", "");

        assertThat(lines()).hasSize(1);
        assertThat(lines().getFirst())
                .matches("[0-9T:.Z-]+ INFO link-down reason=\"two\\\\u000alines and .*")
                .endsWith("node=3 empty=\"\"");
    }

    @Test
    void jsonIsReadBackWithAllKeys() throws Exception {
        log(Level.INFO, true).info("link-down", "reason", "a \"b\"\t\u0001", "node", 3);

        JsonNode event = new ObjectMapper().readTree(lines().getFirst());
        assertThat(event.path("event").asText()).isEqualTo("link-down");
        assertThat(event.path("level").asText()).isEqualTo("INFO");
        assertThat(event.path("reason").asText()).isEqualTo("a \"b\"\t\u0001");
        assertThat(event.path("node").asText()).isEqualTo("3");
    }

    @Test
    void levelCanBeChangedAtAnyTime() {
        EventLog log = log(Level.WARN, false);
        log.info("unseen");
        log.setLevel(Level.TRACE);
        log.event(Level.TRACE, "seen");
        log.setLevel(Level.FATAL);
        log.error("unseen-again");

        assertThat(lines()).singleElement().asString().contains("TRACE seen");
    }

    @Test
    void repeatedErrorsAreCountedNotRepeated() {
        EventLog log = log(Level.INFO, false);
        for (int i = 0; i < 100; i++) {
            log.warn("peer-lost", "node", 2);
        }
        log.warn("peer-lost", "node", 3);
        assertThat(lines()).hasSize(2);

        now += TimeUnit.SECONDS.toNanos(2);
        log.info("something-else");
        assertThat(lines()).hasSize(4);
        assertThat(lines().get(2)).contains("repeated", "peer-lost", "times=99");
        assertThat(log.counts()).containsEntry("WARN", 101L).containsEntry("INFO", 1L);
    }

    @Test
    void warningsOfLibrariesAreTheSameWhateverNumbersTheyHold() {
        EventLog log = log(Level.INFO, false);
        for (int i = 0; i < 50; i++) {
            log.warn(
                    "library",
                    "logger",
                    "raft",
                    "message",
                    "attempt " + i + " failed after " + i + "ms");
        }
        assertThat(lines()).hasSize(1);
    }
}
