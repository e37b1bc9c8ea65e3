package io.xsan.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class VersionTest {
    @Test
    void versionsCompareByEpochThenSequence() {
        assertThat(Version.of(1, 0)).isGreaterThan(Version.of(0, Version.SEQUENCE_MAX));
        assertThat(Version.of(3, 8)).isGreaterThan(Version.of(3, 7));
        assertThat(Version.of(0, 0)).isEqualTo(Version.NONE);
    }

    @Test
    void partsComeBackAtTheEndsOfTheRange() {
        long last = Version.of(Version.EPOCH_MAX, Version.SEQUENCE_MAX);
        assertThat(last).isEqualTo(Long.MAX_VALUE);
        assertThat(Version.epoch(last)).isEqualTo(Version.EPOCH_MAX);
        assertThat(Version.sequence(last)).isEqualTo(Version.SEQUENCE_MAX);
        assertThat(Version.text(Version.of(4, 17))).isEqualTo("4.17");
    }

    @Test
    void valuesOutOfRangeAreBugs() {
        assertThatThrownBy(() -> Version.of(Version.EPOCH_MAX + 1, 0))
                .isInstanceOf(InvariantViolation.class);
        assertThatThrownBy(() -> Version.of(0, Version.SEQUENCE_MAX + 1))
                .isInstanceOf(InvariantViolation.class);
    }
}
