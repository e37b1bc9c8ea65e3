package io.xsan.meta.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xsan.base.ClusterId;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.decide.Decider;
import io.xsan.meta.decide.Decision;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.RingRecord;
import io.xsan.meta.image.VolumePolicy;
import io.xsan.meta.image.VolumeRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RebalanceTest {
    private static final long USABLE = 1000 << 20;
    private static final int GAP = 15;

    private ClusterImage image = ClusterImage.UNFORMED;
    private final Map<NodeId, Rebalance.Use> use = new HashMap<>();

    private Result apply(Command command) {
        Decision decision = Decider.decide(image, image.index() + 1, command);
        image = decision.image();
        return decision.result();
    }

    private void join(int id, String domain) {
        apply(new Command.FormCluster(new ClusterId(1, 2), 1));
        apply(
                new Command.RegisterNode(
                        new NodeRecord(new NodeId(id), 1, 100 + id, "h", 7480, domain, USABLE, 1)));
        use(id, 0);
    }

    private void use(int id, long mebibytes) {
        use.put(new NodeId(id), new Rebalance.Use(mebibytes << 20, USABLE));
    }

    private void create(int id, int replicas, int mebibytes) {
        Command command =
                new Command.CreateVolume(
                        new VolumeId(id),
                        "v" + id,
                        (long) mebibytes << 20,
                        4096,
                        new VolumePolicy(replicas, 0, replicas),
                        new NodeId(1),
                        5,
                        0);
        assertTrue(apply(command) instanceof Result.Done);
    }

    private Optional<Command.StartMove> next() {
        return new Rebalance(image, use, GAP).next();
    }

    private static boolean isOn(RingRecord ring, int node) {
        return ring.members().stream().anyMatch(m -> m.node().value() == node);
    }

    /** Three full nodes, each with a component of each of three volumes, and an empty one. */
    private void threeFullOneEmpty() {
        for (int id = 1; id <= 3; id++) {
            join(id, "d" + id);
        }
        create(1, 3, 100);
        create(2, 3, 200);
        create(3, 3, 300);
        for (int id = 1; id <= 3; id++) {
            use(id, 600 + id);
        }
    }

    @Test
    void emptyNodeGetsTheMostThatDoesNotTurnTheDifferenceAround() {
        threeFullOneEmpty();
        join(4, "d4");
        Command.StartMove move = next().orElseThrow();
        assertEquals(new VolumeId(3), move.id(), "the largest");
        assertTrue(!isOn(move.ring(), 3) && isOn(move.ring(), 4), "from the fullest to the empty");
        assertTrue(apply(move) instanceof Result.Done);
        assertEquals(Optional.empty(), next(), "one at a time");
    }

    @Test
    void nothingMovesWithinTheGapOrTowardsAnUnknownNode() {
        threeFullOneEmpty();
        assertEquals(Optional.empty(), next(), "nobody is emptier");
        join(4, "d4");
        use(4, 603 - 150);
        assertEquals(Optional.empty(), next());
        use(4, 603 - 151 - 1);
        assertTrue(next().isEmpty(), "every volume would turn it around");
        use(4, 0);
        use.remove(new NodeId(2));
        assertEquals(Optional.empty(), next(), "node 2 is not heard");
    }

    @Test
    void copiesAreNotBroughtTogetherInADomain() {
        threeFullOneEmpty();
        join(4, "d1");
        assertTrue(next().isEmpty(), "node 3 is fullest, and domain d1 has a copy of each");
        use(1, 700);
        assertTrue(next().isPresent(), "within the domain");
    }

    @Test
    void nothingMovesWhileSomethingIsOutOfSync() {
        threeFullOneEmpty();
        join(4, "d4");
        VolumeRecord volume = image.volume(new VolumeId(1)).orElseThrow();
        ComponentRecord component = volume.components().getLast();
        apply(new Command.GrantEpoch(volume.id(), new NodeId(1), 1, 9));
        int epoch = image.volume(new VolumeId(1)).orElseThrow().epoch();
        apply(
                new Command.MarkStale(
                        List.of(
                                new Command.MarkStale.Change(
                                        volume.id(),
                                        epoch,
                                        component.node(),
                                        component.generation(),
                                        false,
                                        3))));
        assertEquals(Optional.empty(), next());
    }
}
