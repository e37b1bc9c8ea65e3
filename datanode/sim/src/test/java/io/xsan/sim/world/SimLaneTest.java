package io.xsan.sim.world;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimLaneTest {
    private final SimWorld world = new SimWorld(1);
    private final List<String> seen = new ArrayList<>();
    private final SimLane lane = new SimLane(world, world.random("lane"), () -> seen.add("turn"));

    @Test
    void eventsRunInOrderAndTurnsEndOnce() {
        lane.post(10, () -> seen.add("b"));
        lane.post(5, () -> seen.add("a"));
        lane.post(SimWorld.SECOND_NANOS, () -> seen.add("c"));
        world.runUntil(2 * SimWorld.SECOND_NANOS, () -> false);
        assertThat(seen.stream().filter(s -> !s.equals("turn"))).containsExactly("a", "b", "c");
        assertThat(seen.stream().filter("turn"::equals).count()).isBetween(2L, 3L);
        assertThat(world.step()).isFalse();
    }

    @Test
    void aPausedLaneKeepsItsOrder() {
        lane.post(5, () -> lane.pause(100));
        lane.post(10, () -> seen.add("a"));
        lane.post(20, () -> seen.add("b"));
        world.runUntil(50, () -> false);
        assertThat(seen).isEmpty();
        world.runUntil(SimWorld.SECOND_NANOS, () -> false);
        assertThat(seen.stream().filter(s -> !s.equals("turn"))).containsExactly("a", "b");
    }

    @Test
    void nothingRunsOnAKilledLane() {
        lane.post(5, () -> seen.add("a"));
        lane.kill();
        world.runUntil(SimWorld.SECOND_NANOS, () -> false);
        assertThat(seen).isEmpty();
    }
}
