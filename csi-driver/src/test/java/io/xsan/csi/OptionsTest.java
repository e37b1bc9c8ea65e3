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
