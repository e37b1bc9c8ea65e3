package io.xsan.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xsan.base.Refusal;
import io.xsan.server.disk.Placement;
import io.xsan.server.node.Datanode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is refused at the start: each with the file, the path, the value and what is allowed. */
class ConfigReaderTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String GOOD =
            """
            {"cluster":{"cluster_id":"6f1c1b9e-0f5e-4c0e-9d5b-3a3a4a4a4a4a","node_id":1,
              "bind_ip":"127.0.0.1","bind_port":7480,"data_dir":"data"},
             "storage":{"devices":[{"path":"disk","type":"ssd","role":"cache","size":"1GiB"}],
              "block_size":4194304,"default_replica_count":3},
             "network":{"heartbeat_interval":500,"election_timeout":1000,"max_connections":64},
             "members":[{"node_id":1,"host":"127.0.0.1"}],
             "tls":{"authority":"ca.crt","certificate":"node.crt","key":"node.key"}}
            """;

    @TempDir Path directory;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = directory.resolve("config.json");
    }

    private DatanodeConfig read(String json) throws IOException {
        return ConfigReader.read(Files.writeString(file, json));
    }

    @Test
    void goodConfigurationIsReadWithDefaultsAndPathsRelativeToIt() throws IOException {
        DatanodeConfig config = read(GOOD);

        assertThat(config.cluster().nodeId()).isEqualTo(1);
        assertThat(config.cluster().dataDir()).isEqualTo(directory.resolve("data"));
        assertThat(config.storage().devices().getFirst().sizeBytes()).isEqualTo(1L << 30);
        assertThat(config.network().connectionsMax()).isEqualTo(64);
        assertThat(config.members().getFirst().port()).isEqualTo(7480);
        assertThat(config.log().level()).isEqualTo("INFO");
    }

    /** Path of an object, key, value as JSON, and what the message must say besides. */
    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of("/cluster", "cluster_id", "\"x\"", "a UUID"),
                Arguments.of("/cluster", "node_id", "0", "from 1 to 65535"),
                Arguments.of("/cluster", "node_id", "\"1\"", "a number"),
                Arguments.of("/cluster", "node_id", "1.5", "a number"),
                Arguments.of("/cluster", "bind_ip", "\"\"", "not empty"),
                Arguments.of("/cluster", "bind_port", "65530", "65525"),
                Arguments.of("/cluster", "data_dir", "7", "a string"),
                Arguments.of("/cluster", "port", "1", "bind_port"),
                Arguments.of("/storage", "block_size", "4096", "4194304"),
                Arguments.of("/storage", "default_replica_count", "6", "from 1 to 5"),
                Arguments.of("/storage", "devices", "[]", "a list"),
                Arguments.of("/storage", "devices", "{}", "a list"),
                Arguments.of("/storage/devices/0", "type", "\"tape\"", "ssd or hdd"),
                Arguments.of("/storage/devices/0", "role", "\"hot\"", "cache or capacity"),
                Arguments.of("/storage/devices/0", "size", "\"1GB\"", "a size from"),
                Arguments.of("/storage/devices/0", "size", "4096", "a size from"),
                Arguments.of("/network", "heartbeat_interval", "1", "from 50 to 60000"),
                Arguments.of("/network", "election_timeout", "true", "from 150 to 60000"),
                Arguments.of("/network", "max_connections", "0", "from 1 to 65535"),
                Arguments.of("/network", "encryption", "\"off\"", "on"),
                Arguments.of("/tls", "key", "null", "a string"),
                Arguments.of("", "log", "{\"level\":\"LOUD\"}", "FATAL or ERROR"),
                Arguments.of("", "log", "{\"format\":\"xml\"}", "text or json"),
                Arguments.of("", "logs", "{}", "cluster, storage"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void mistakeIsRefusedWithFilePathValueAndWhatIsAllowed(
            String object, String key, String value, String allowed) throws IOException {
        JsonNode json = JSON.readTree(GOOD);
        ((ObjectNode) json.at(object)).set(key, JSON.readTree(value));
        String path = "$" + object.replaceAll("/([0-9]+)", "[$1]").replace('/', '.');

        assertThatThrownBy(() -> read(json.toString()))
                .isInstanceOf(Refusal.class)
                .hasMessageStartingWith(file + ": " + path + "." + key)
                .hasMessageContaining("allowed is")
                .hasMessageContaining(allowed);
    }

    @ParameterizedTest
    @MethodSource("needed")
    void whatIsNeededIsAskedFor(String object, String key) throws IOException {
        JsonNode json = JSON.readTree(GOOD);
        ((ObjectNode) json.at(object)).remove(key);

        assertThatThrownBy(() -> read(json.toString()))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("." + key + " is missing");
    }

    static Stream<Arguments> needed() {
        return Stream.of(
                Arguments.of("", "cluster"),
                Arguments.of("", "storage"),
                Arguments.of("", "tls"),
                Arguments.of("/cluster", "cluster_id"),
                Arguments.of("/cluster", "node_id"),
                Arguments.of("/cluster", "bind_ip"),
                Arguments.of("/cluster", "data_dir"),
                Arguments.of("/storage", "devices"),
                Arguments.of("/storage/devices/0", "path"));
    }

    @Test
    void keyThatStandsTwiceIsRefusedWithItsPlace() {
        assertThatThrownBy(
                        () -> read(GOOD.replace("\"node_id\":1,", "\"node_id\":1,\"node_id\":2,")))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("node_id")
                .hasMessageContaining("line");
    }

    @Test
    void whatIsNotJsonIsRefusedWithLineAndColumn() {
        assertThatThrownBy(() -> read("{\n  \"cluster\": }"))
                .hasMessageContaining("line 2, column");
        assertThatThrownBy(() -> read(GOOD + "{}")).isInstanceOf(Refusal.class);
    }

    @Test
    void fileThatIsMissingIsNamedAndTheExitCodeIsTwo() {
        assertThatThrownBy(() -> ConfigReader.read(file))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining(file.toString());
        assertThat(Datanode.run(file, false)).isEqualTo(2);
    }

    @Test
    void severalDevicesAreReadInTheirOrderAndEachOnlyOnce() throws IOException {
        JsonNode json = JSON.readTree(GOOD);
        ArrayNode devices = (ArrayNode) json.at("/storage/devices");
        devices.addObject().put("path", "second").put("type", "hdd").put("role", "capacity");
        List<DatanodeConfig.Device> read = read(json.toString()).storage().devices();
        assertThat(read).extracting(DatanodeConfig.Device::type).containsExactly("ssd", "hdd");
        assertThat(read.getLast().placement()).isEqualTo(Placement.THREAD);
        devices.addObject().put("path", "./disk");
        assertThatThrownBy(() -> read(json.toString()))
                .hasMessageContaining("$.storage.devices")
                .hasMessageContaining("disk twice");
        devices.removeAll();
        for (int i = 0; i < 25; i++) {
            devices.addObject().put("path", "disk" + i);
        }
        assertThatThrownBy(() -> read(json.toString())).hasMessageContaining("1 to 24");
    }
}
