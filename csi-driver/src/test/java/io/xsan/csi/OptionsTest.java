package io.xsan.csi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OptionsTest {
    @Test
    void commandLineIsRead() {
        Options options =
                Options.parse(
                        "controller",
                        "--endpoint",
                        "unix:///csi/csi.sock",
                        "--datanodes",
                        "a:7481,b:7481",
                        "--authority",
                        "ca",
                        "--certificate",
                        "crt",
                        "--key",
                        "key");

        assertThat(options.endpoint()).isEqualTo(Path.of("/csi/csi.sock"));
        assertThat(options.cluster().endpoints()).containsExactly("a:7481", "b:7481");
        assertThat(options.hosts()).isEmpty();
    }

    @Test
    void nodeHasOptionsOfItsOwn() {
        Options options =
                Options.parse(
                        "node",
                        "--endpoint",
                        "/csi/csi.sock",
                        "--host=worker",
                        "--agent",
                        "unix:///run/xsan/agent.sock",
                        "--max-volumes",
                        "7");

        assertThat(options.mode()).isEqualTo(Options.Mode.NODE);
        assertThat(options.host()).isEqualTo("worker");
        assertThat(options.agent()).isEqualTo(Path.of("/run/xsan/agent.sock"));
        assertThat(options.maxVolumes()).isEqualTo(7);
        assertThat(options.isRegistered()).isFalse();
        assertThat(options.healthPort()).isZero();
        assertThatThrownBy(() -> Options.parse("node", "--datanodes", "a:1"))
                .hasMessageContaining("'--datanodes'");
        assertThatThrownBy(() -> Options.parse("node", "--health", "70000").healthPort())
                .hasMessageContaining("--health is '70000'");
    }

    @Test
    void whatIsWrongIsNamed() {
        assertThatThrownBy(Options::parse).hasMessageContaining("mode");
        assertThatThrownBy(() -> Options.parse("controller", "--end", "x"))
                .hasMessageContaining("'--end'");
        assertThatThrownBy(() -> Options.parse("controller", "--endpoint"))
                .hasMessageContaining("--endpoint needs a value");
        assertThatThrownBy(() -> Options.parse("controller").endpoint())
                .hasMessageContaining("--endpoint is missing");
    }
}
