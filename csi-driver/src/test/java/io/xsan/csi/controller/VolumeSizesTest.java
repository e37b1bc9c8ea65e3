package io.xsan.csi.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xsan.csi.v1.CapacityRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VolumeSizesTest {
    private static final long MIB = 1L << 20;

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0, 1073741824",
        "1, 0, 0, 1048576",
        "1048577, 0, 0, 2097152",
        "1048577, 1052672, 0, 1052672",
        "0, 8191, 0, 4096",
        "1, 0, 314572800, 314572800",
        "1073741824, 1073741824, 314572800, 1073741824",
        "70368744177664, 0, 0, 70368744177664"
    })
    void sizeIsRoundedUpWithinTheRange(long required, long limit, long least, long expected) {
        assertThat(VolumeSizes.of(range(required, limit), least)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 4095, 0",
        "4097, 8191, 0",
        "2, 1, 0",
        "70368744177665, 0, 0",
        "9223372036854775807, 0, 0",
        "1048576, 2097152, 314572800"
    })
    void rangeWithoutASizeIsRefused(long required, long limit, long least) {
        assertThatThrownBy(() -> VolumeSizes.of(range(required, limit), least))
                .hasMessageStartingWith("OUT_OF_RANGE");
    }

    @Test
    void negativeSizeIsTheCallersMistake() {
        assertThatThrownBy(() -> VolumeSizes.of(range(-MIB, 0), 0))
                .hasMessageStartingWith("INVALID_ARGUMENT");
    }

    private static CapacityRange range(long required, long limit) {
        return CapacityRange.newBuilder().setRequiredBytes(required).setLimitBytes(limit).build();
    }
}
