package io.xsan.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FullnessTest {
    @Test
    void limitsBelongToWhatFollowsFromThem() {
        assertThat(Fullness.of(0)).isEqualTo(Fullness.ROOMY);
        assertThat(Fullness.of(74)).isEqualTo(Fullness.ROOMY);
        assertThat(Fullness.of(75)).isEqualTo(Fullness.WARNED);
        assertThat(Fullness.of(84)).isEqualTo(Fullness.WARNED);
        assertThat(Fullness.of(85)).isEqualTo(Fullness.NO_NEW_VOLUMES);
        assertThat(Fullness.of(94)).isEqualTo(Fullness.NO_NEW_VOLUMES);
        assertThat(Fullness.of(95)).isEqualTo(Fullness.FULL);
        assertThat(Fullness.of(100)).isEqualTo(Fullness.FULL);
    }
}
