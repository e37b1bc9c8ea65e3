package io.xsan.server.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SiteTest {
    private static final long VOLUME_BYTES = 64L << 20;

    @TempDir Path directory;

    @Test
    void aDirectoryOfOthersIsNeverWiped() throws IOException {
        Path file = Files.writeString(directory.resolve("thesis.txt"), "years of work");

        assertThatThrownBy(() -> Site.create(directory, VOLUME_BYTES))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("--dir");
        assertThat(file).hasContent("years of work");
    }

    @Test
    void anEarlierDemoIsReplaced() throws IOException {
        Site.create(directory, VOLUME_BYTES).close();
        Path old = Files.createFile(directory.resolve("node1").resolve("log"));

        try (Site site = Site.create(directory, VOLUME_BYTES)) {
            assertThat(old).doesNotExist();
            assertThat(site.clientFile()).exists();
            assertThat(site.members()).hasSize(3).allSatisfy(m -> assertThat(m.config()).exists());
        }
    }

    @Test
    void twoSitesThatStartNothingYetHaveDifferentPorts(@TempDir Path other) throws IOException {
        try (Site site = Site.create(directory, VOLUME_BYTES);
                Site second = Site.create(other, VOLUME_BYTES)) {
            assertThat(second.members().getFirst().port())
                    .isNotEqualTo(site.members().getFirst().port());
        }
    }

    @Test
    void noOptionOutOfRangeIsTaken() {
        assertThatThrownBy(() -> new DemoOptions(1, false, directory, VOLUME_BYTES))
                .hasMessageContaining("--seconds");
        assertThatThrownBy(() -> new DemoOptions(0, false, directory, VOLUME_BYTES))
                .hasMessageContaining("--keep");
        assertThatThrownBy(() -> new DemoOptions(20, false, directory, 4096))
                .hasMessageContaining("--size");
    }
}
