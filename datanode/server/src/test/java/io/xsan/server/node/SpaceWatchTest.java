package io.xsan.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.log.Level;
import io.xsan.base.log.Log;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpaceWatchTest {
    private final List<String> told = new ArrayList<>();
    private final SpaceWatch watch =
            new SpaceWatch(
                    new Log() {
                        @Override
                        public boolean isEnabled(Level level) {
                            return true;
                        }

                        @Override
                        public void event(Level level, String event, Object... keysAndValues) {
                            told.add(level + " " + event + " " + Arrays.asList(keysAndValues));
                        }
                    });

    private void use(int... percents) {
        for (int percent : percents) {
            watch.onUse(percent);
        }
    }

    @Test
    void eachLimitIsToldOnceWhenItIsCrossed() {
        use(0, 74, 75, 76, 84, 85, 90, 95, 100);
        assertThat(told)
                .containsExactly(
                        "WARN space-low [usedPercent, 75, follows, WARNED]",
                        "WARN space-low [usedPercent, 85, follows, NO_NEW_VOLUMES]",
                        "WARN space-low [usedPercent, 95, follows, FULL]");
    }

    @Test
    void aUseThatSwingsAtALimitIsOneCrossing() {
        use(75, 74, 75, 73, 75);
        assertThat(told).hasSize(1);
    }

    @Test
    void roomIsToldAndTheNextCrossingToo() {
        use(96, 72, 75);
        assertThat(told)
                .containsExactly(
                        "WARN space-low [usedPercent, 96, follows, FULL]",
                        "INFO space-regained [usedPercent, 72, follows, ROOMY]",
                        "WARN space-low [usedPercent, 75, follows, WARNED]");
    }
}
