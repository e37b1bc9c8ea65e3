package io.xsan.sim.world;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SimRandomTest {
    @Test
    void drawsOfOneStreamDoNotShiftAnother() {
        SimRandom first = SimRandom.of(7, "disk");
        SimRandom other = SimRandom.of(7, "network");
        other.nextLong();
        other.split("x").nextLong();
        SimRandom again = SimRandom.of(7, "disk");
        for (int i = 0; i < 100; i++) {
            assertThat(first.nextLong()).isEqualTo(again.nextLong());
        }
    }

    @Test
    void streamsDifferByNameAndSeed() {
        assertThat(SimRandom.of(1, "a").nextLong()).isNotEqualTo(SimRandom.of(1, "b").nextLong());
        assertThat(SimRandom.of(1, "a").nextLong()).isNotEqualTo(SimRandom.of(2, "a").nextLong());
    }

    @Test
    void rangesHoldTheirBoundsAndAreFilled() {
        SimRandom chance = SimRandom.of(3, "range");
        int[] seen = new int[5];
        for (int i = 0; i < 1000; i++) {
            seen[(int) chance.between(10, 14) - 10]++;
            assertThat(chance.delay(1000)).isBetween(250L, 20_000L);
        }
        assertThat(seen).doesNotContain(0);
    }
}
