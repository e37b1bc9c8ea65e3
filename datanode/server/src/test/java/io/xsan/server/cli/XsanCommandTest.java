package io.xsan.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.ErrorCode;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class XsanCommandTest {
    @TempDir Path home;

    private final StringWriter out = new StringWriter();
    private final StringWriter errors = new StringWriter();

    private int run(String... arguments) {
        PrintWriter printer = new PrintWriter(out, true);
        CommandLine line =
                XsanCommand.of(
                        new Surroundings(
                                Map.of(),
                                home,
                                home,
                                new BufferedReader(new StringReader("")),
                                printer),
                        List.of());
        return line.setOut(printer).setErr(new PrintWriter(errors, true)).execute(arguments);
    }

    @Test
    void aBadValueIsNamedWithItsOptionAndWhatIsAllowed() {
        assertThat(run("volume", "create", "a", "--size", "10XB")).isEqualTo(2);
        assertThat(errors.toString()).contains("xsan:", "--size", "10XB", "MiB").hasLineCount(1);
    }

    @Test
    void aSectorSizeOtherThan512And4096IsRefused() {
        assertThat(run("volume", "create", "a", "--size", "1GiB", "--sector-size", "1024"))
                .isEqualTo(2);
        assertThat(errors.toString()).contains("--sector-size", "1024", "512, 4096");
    }

    @Test
    void aGroupWithoutACommandNamesItsCommands() {
        assertThat(run("volume")).isEqualTo(2);
        assertThat(errors.toString()).contains("create", "move").hasLineCount(1);
    }

    @Test
    void aPathThatIsNoBlockDeviceIsRefusedInOneLine() {
        assertThat(run("device", "show", home.toString())).isNotZero();
        assertThat(errors.toString())
                .contains(home.toString(), "not a block device")
                .hasLineCount(1);
    }

    @Test
    void withoutAClusterTheErrorSaysHowToNameOne() {
        assertThat(run("cluster", "status")).isEqualTo(8);
        assertThat(errors.toString()).contains("--cluster", "XSAN_CLUSTER").hasLineCount(1);
    }

    @Test
    void anUnknownKeyOfTheClientFileIsNamed() throws Exception {
        Path file =
                Files.writeString(
                        home.resolve("client.json"), "{\"endpoints\":[\"h:1\"],\"keys\":1}");

        assertThat(run("--cluster", file.toString(), "volume", "list")).isEqualTo(8);
        assertThat(errors.toString()).contains("client.json", "keys", "allowed").hasLineCount(1);
    }

    @Test
    void inspectOfABrokenFileIsText() throws Exception {
        Path file = Files.write(home.resolve("frames"), new byte[200]);

        assertThat(run("inspect", "frame", file.toString())).isZero();
        assertThat(run("inspect", "raftlog", file.toString())).isZero();
        assertThat(errors.toString()).isEmpty();
    }

    @Test
    void everyErrorCodeHasAnExitCode() {
        for (ErrorCode code : ErrorCode.values()) {
            assertThat(ExitCodes.of(code) == 0).isEqualTo(code == ErrorCode.OK);
        }
    }

    @Test
    void completionKnowsEveryCommand() {
        assertThat(run("completion")).isZero();
        assertThat(out.toString())
                .contains("complete -F", "cluster", "log-level", "set-policy", "block-location");
        assertThat(out.toString()).doesNotContain("rehearse");
    }

    @Test
    void versionIsAnOptionToo() {
        assertThat(run("version")).isZero();
        String version = out.toString();
        assertThat(version).startsWith("xsan ").contains(", Java ").hasLineCount(1);
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).isEqualTo(version + version);
    }

    @Test
    void aGroupIsMadeAgainOnlyOfASurvivorThatSaysSo() {
        assertThat(run("meta", "recover", "--config", "config.json")).isEqualTo(2);
        assertThat(errors.toString()).contains("--survivor").hasLineCount(1);
    }

    @Test
    void minReplicasOutOfRangeIsRefused() {
        assertThat(run("volume", "set-policy", "a", "--min-replicas", "9")).isEqualTo(2);
        assertThat(errors.toString()).contains("--min-replicas", "9", "1 to 5").hasLineCount(1);
    }
}
