package io.xsan.sim.meta;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xsan.base.ClusterId;
import io.xsan.base.InvariantViolation;
import io.xsan.base.NodeId;
import io.xsan.meta.command.Command;
import io.xsan.meta.image.NodeRecord;
import io.xsan.sim.world.SimLane;
import io.xsan.sim.world.SimRandom;
import io.xsan.sim.world.SimWorld;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Members that applied another log, or came to other results, are found. */
class MetaReplayTest {
    private final SimWorld world = new SimWorld(1);
    private final SimConsensus consensus =
            new SimConsensus(
                    world,
                    new MetaConditions(SimWorld.MILLI_NANOS, SimWorld.MILLI_NANOS, 0, 0),
                    new SimLeases(world));

    @BeforeEach
    void formClusterOfThree() {
        SimLane lane = new SimLane(world, world.random("lane"), () -> {});
        SimMetaPort port = new SimMetaPort(consensus.logOf(0, lane));
        port.submit(new Command.FormCluster(new ClusterId(1, 1), 1), (_, _) -> {});
        world.runUntil(SimWorld.SECOND_NANOS, () -> false);
        for (int id = 1; id <= 3; id++) {
            NodeRecord node = new NodeRecord(new NodeId(id), id, id, "n" + id, 7480, "d", 1L, 1);
            port.submit(new Command.RegisterNode(node), (_, _) -> {});
        }
        world.runUntil(2 * SimWorld.SECOND_NANOS, () -> false);
        MetaReplay.check(consensus, chance());
    }

    private static SimRandom chance() {
        return SimRandom.of(1, "replay");
    }

    @Test
    void entryThatOneMemberLacksIsFound() {
        consensus.log().removeLast();
        assertThatThrownBy(() -> MetaReplay.check(consensus, chance()))
                .isInstanceOf(InvariantViolation.class)
                .hasMessageContaining("members agree on the image");
    }

    @Test
    void resultThatDiffersIsFound() {
        SimConsensus.Entry first = consensus.log().getFirst();
        Command other = new Command.FormCluster(new ClusterId(2, 2), 1);
        consensus.log().add(new SimConsensus.Entry(other, first.result()));
        assertThatThrownBy(() -> MetaReplay.check(consensus, chance()))
                .isInstanceOf(InvariantViolation.class)
                .hasMessageContaining("members agree on results");
    }
}
