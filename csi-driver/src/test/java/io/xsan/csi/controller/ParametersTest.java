package io.xsan.csi.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xsan.protocol.v1.Policy;
import io.xsan.protocol.v1.Volume;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParametersTest {
    @Test
    void changeableParametersWinOverThoseOfTheClass() {
        Parameters read =
                Parameters.ofNew(
                        Map.of(
                                "replicas",
                                "3",
                                "sectorSize",
                                "512",
                                "csi.storage.k8s.io/pvc/name",
                                "data"),
                        Map.of("replicas", "2"));

        assertThat(read.policy().getReplicas()).isEqualTo(2);
        assertThat(read.sectorBytes()).isEqualTo(512);
    }

    @ParameterizedTest
    @CsvSource({
        "replica, 3, allowed is replicas",
        "replicas, 6, 1 to 5",
        "replicas, 0, 1 to 5",
        "replicas, three, 1 to 5",
        "minReplicas, -1, 1 to 5",
        "width, 257, 1 to 256",
        "sectorSize, 1024, 512 or 4096"
    })
    void whatIsNotKnownOrOutOfRangeIsRefusedByName(String key, String value, String allowed) {
        assertThatThrownBy(() -> Parameters.ofNew(Map.of(key, value), Map.of()))
                .hasMessageStartingWith("INVALID_ARGUMENT")
                .hasMessageContaining(allowed);
    }

    @Test
    void sectorSizeOfAVolumeDoesNotChange() {
        assertThatThrownBy(() -> Parameters.ofChange(Map.of("sectorSize", "512")))
                .hasMessageStartingWith("INVALID_ARGUMENT");
    }

    @Test
    void volumeDiffersOnlyInWhatWasAskedFor() {
        Volume volume =
                Volume.newBuilder()
                        .setSectorBytes(4096)
                        .setPolicy(Policy.newBuilder().setReplicas(3).setWidth(6))
                        .build();

        assertThat(Parameters.ofNew(Map.of(), Map.of()).difference(volume)).isEmpty();
        assertThat(Parameters.ofNew(Map.of("replicas", "2"), Map.of()).difference(volume))
                .contains("replicas 3, not 2");
    }
}
