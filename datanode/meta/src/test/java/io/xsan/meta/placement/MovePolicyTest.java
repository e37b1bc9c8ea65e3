package io.xsan.meta.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xsan.base.ClusterId;
import io.xsan.base.ErrorCode;
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
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MovePolicyTest {
    private static final VolumeId VOLUME = new VolumeId(77);

    private ClusterImage image = ClusterImage.UNFORMED;

    private Result apply(Command command) {
        Decision decision = Decider.decide(image, image.index() + 1, command);
        image = decision.image();
        return decision.result();
    }

    private void form(int nodes, int domains) {
        apply(new Command.FormCluster(new ClusterId(1, 2), 1));
        for (int id = 1; id <= nodes; id++) {
            String domain = "rack-" + id % domains;
            apply(
                    new Command.RegisterNode(
                            new NodeRecord(
                                    new NodeId(id), 1, 100 + id, "h", 7480, domain, 1L << 40, 1)));
        }
    }

    private void create(VolumeId id, int replicas, int width) {
        Command command =
                new Command.CreateVolume(
                        id,
                        "v" + id.value(),
                        1L << 30,
                        4096,
                        new VolumePolicy(replicas, 0, width),
                        new NodeId(1),
                        5,
                        0);
        assertTrue(apply(command) instanceof Result.Done);
    }

    private VolumeRecord volume() {
        return image.volume(VOLUME).orElseThrow();
    }

    private NodeId firstNode() {
        return volume().components().getFirst().node();
    }

    private static Set<NodeId> nodes(RingRecord ring) {
        return ring.members().stream().map(RingRecord.Member::node).collect(Collectors.toSet());
    }

    private List<Command> next(NodeId... lost) {
        return new MovePolicy(image, Set.of(lost)).next();
    }

    private Command.StartMove onlyMove(List<Command> commands) {
        return commands.stream()
                .filter(Command.StartMove.class::isInstance)
                .map(Command.StartMove.class::cast)
                .collect(Collectors.collectingAndThen(Collectors.toList(), List::getFirst));
    }

    @Test
    void nothingMovesWhereNothingHasTo() {
        form(5, 5);
        create(VOLUME, 3, 3);
        assertEquals(List.of(), next());
    }

    @Test
    void drainingNodeIsReplacedByOneThatKeepsDomainsApart() {
        form(6, 3);
        create(VOLUME, 3, 3);
        NodeId leaving = firstNode();
        apply(new Command.DrainNode(leaving, true));
        Command.StartMove move = onlyMove(next());
        Set<NodeId> before = nodes(volume().ring());
        Set<NodeId> after = nodes(move.ring());
        assertTrue(!after.contains(leaving));
        before.remove(leaving);
        assertTrue(after.containsAll(before), "no more changes than has to");
        assertEquals(
                3,
                move.ring().members().stream().map(RingRecord.Member::domain).distinct().count());
        assertTrue(apply(move) instanceof Result.Done);
        assertEquals(List.of(), next(), "it is under way");
    }

    @Test
    void lostNodeIsReplacedWhereItsComponentIsBehind() {
        form(4, 4);
        create(VOLUME, 3, 3);
        ComponentRecord component = volume().components().getLast();
        assertEquals(
                List.of(), next(component.node()), "it may be the one who says so that is cut");
        apply(new Command.GrantEpoch(VOLUME, new NodeId(1), 1, 9));
        apply(
                new Command.MarkStale(
                        List.of(
                                new Command.MarkStale.Change(
                                        VOLUME,
                                        volume().epoch(),
                                        component.node(),
                                        component.generation(),
                                        false,
                                        3))));
        assertEquals(List.of(), next(), "it may come back");
        assertTrue(!nodes(onlyMove(next(component.node())).ring()).contains(component.node()));
    }

    @Test
    void ringShrinksWhereNobodyIsLeftButNotBelowItsReplicas() {
        form(4, 4);
        create(VOLUME, 3, 4);
        apply(new Command.DrainNode(new NodeId(4), true));
        Command.StartMove move = onlyMove(next());
        assertEquals(3, move.ring().members().size());
        assertEquals(3, move.policy().width());
        apply(move);
        assertEquals(1, new MovePolicy(image, Set.of()).obstacles(new NodeId(3)).size());
        apply(new Command.DrainNode(new NodeId(3), true));
        assertEquals(
                List.of(),
                next().stream().filter(c -> !(c instanceof Command.MoveVolume)).toList());
    }

    @Test
    void ownerThatDrainsHandsOver() {
        form(4, 4);
        create(VOLUME, 3, 3);
        apply(new Command.DrainNode(new NodeId(1), true));
        Command.MoveVolume move =
                next().stream()
                        .filter(Command.MoveVolume.class::isInstance)
                        .map(Command.MoveVolume.class::cast)
                        .toList()
                        .getFirst();
        assertTrue(volume().component(move.owner()).isPresent() && move.owner().value() != 1);
    }

    @Test
    void onlySomeVolumesMoveAtATime() {
        form(4, 4);
        for (int i = 0; i < 3 * MovePolicy.MOVES_MAX; i++) {
            create(new VolumeId(1000 + i), 4, 4);
        }
        form(5, 5);
        apply(new Command.DrainNode(new NodeId(4), true));
        long moves = next().stream().filter(Command.StartMove.class::isInstance).count();
        assertEquals(MovePolicy.MOVES_MAX, moves);
    }

    private Command.StartMove reshaped(int replicas, int width) {
        return new MovePolicy(image, Set.of())
                .reshaped(volume(), new VolumePolicy(replicas, 1, width));
    }

    @Test
    void moreReplicasKeepTheNodesThereAreAndAddOthersInDomainsOfTheirOwn() {
        form(6, 3);
        create(VOLUME, 2, 2);
        Command.StartMove move = reshaped(3, 3);
        assertTrue(nodes(move.ring()).containsAll(nodes(volume().ring())));
        assertEquals(
                3,
                move.ring().members().stream().map(RingRecord.Member::domain).distinct().count());
        assertTrue(apply(move) instanceof Result.Done);
        assertEquals(3, volume().promisedReplicas());
    }

    @Test
    void narrowerRingKeepsItsOwnerAndItsDomains() {
        form(6, 3);
        create(VOLUME, 3, 6);
        Command.StartMove move = reshaped(3, 3);
        assertTrue(nodes(move.ring()).contains(volume().owner()));
        assertEquals(
                3,
                move.ring().members().stream().map(RingRecord.Member::domain).distinct().count());
        assertTrue(apply(move) instanceof Result.Done);
    }

    @Test
    void ringAsWideAsTheClusterCanHaveItIsWhatIsProposed() {
        form(3, 3);
        create(VOLUME, 2, 2);
        assertEquals(3, reshaped(4, 4).ring().members().size());
    }

    @Test
    void copiesThatTheClusterHasNoRoomForAreRefused() {
        form(3, 3);
        Command command =
                new Command.CreateVolume(
                        VOLUME,
                        "large",
                        3L << 40,
                        4096,
                        new VolumePolicy(1, 0, 1),
                        new NodeId(1),
                        5,
                        0);
        Result made = apply(command);
        assertTrue(made instanceof Result.Done, made.toString());
        Result refused = apply(reshaped(3, 3));
        assertTrue(
                refused instanceof Result.Refused r && r.code() == ErrorCode.INSUFFICIENT_SPACE,
                refused.toString());
    }
}
