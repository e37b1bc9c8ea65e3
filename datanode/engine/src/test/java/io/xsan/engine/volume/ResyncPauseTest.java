package io.xsan.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ResyncPauseTest {
    private static final long FIRST_NANOS = 200_000_000L;
    private static final long MINUTE_NANOS = 60_000_000_000L;

    private final ResyncPause pause = new ResyncPause();

    @Test
    void pausesDoubleUpToAMinuteAndAreForgotten() {
        assertThat(pause.isOver(0)).isTrue();
        long now = Long.MAX_VALUE - 5;
        for (int failure = 0; failure < 100; failure++) {
            assertThat(pause.onFailed("refused", FIRST_NANOS, now)).isEqualTo(failure == 0);
            long expected = failure < 9 ? FIRST_NANOS << failure : MINUTE_NANOS;
            assertThat(pause.isOver(now + expected - 1)).isFalse();
            now += expected;
            assertThat(pause.isOver(now)).isTrue();
        }
        assertThat(pause.onFailed("unreadable", FIRST_NANOS, now)).isTrue();
        assertThat(pause.reason()).isEqualTo("unreadable");
        pause.forget();
        assertThat(pause.isOver(now)).isTrue();
        assertThat(pause.reason()).isEmpty();
    }
}
