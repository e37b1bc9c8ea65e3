package io.xsan.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.Version;
import io.xsan.base.VolumeId;
import io.xsan.meta.command.Command;
import io.xsan.meta.image.ComponentState;
import io.xsan.meta.image.NodeRecord;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ComponentStatesTest {
    private static final long V = 5;
    private final MetaCluster cluster = MetaCluster.of(3);
    private int epoch;

    @BeforeEach
    void makeVolume() {
        cluster.done(MetaCluster.create(V, "data", 3, 0));
        epoch = cluster.grant(V, 1);
    }

    @Test
    void newVolumeIsInSyncOnAllNodesUnderEpochOne() {
        assertEquals(1, epoch);
        for (int node = 1; node <= 3; node++) {
            assertEquals(ComponentState.IN_SYNC, cluster.component(V, node).state());
            assertEquals(7, cluster.component(V, node).generation());
        }
    }

    @Test
    void repeatedGrantAnswersWithTheSameEpochAndNewStartGetsANewOne() {
        assertEquals(1, cluster.grant(V, 1));
        assertEquals(2, cluster.grant(V, 2));
        // A restart of the process under a number that was used before is another start.
        NodeRecord node = MetaCluster.node(1);
        cluster.done(new Command.RegisterNode(withIncarnation(node, 99)));
        assertEquals(3, cluster.grant(V, 2));
    }

    @Test
    void grantToAnotherNodeOrAnEarlierLifeIsRefused() {
        cluster.refused(
                ErrorCode.NOT_OWNER, new Command.GrantEpoch(new VolumeId(V), new NodeId(2), 12, 9));
        cluster.refused(
                ErrorCode.IDENTITY_MISMATCH,
                new Command.GrantEpoch(new VolumeId(V), new NodeId(1), 10, 9));
    }

    @Test
    void grantsOfAnOwnerAreForgottenWhenTheVolumeMoves() {
        cluster.done(new Command.MoveVolume(new VolumeId(V), new NodeId(2)));
        assertEquals(0, cluster.volume(V).ownerIncarnation());
        cluster.done(new Command.MoveVolume(new VolumeId(V), new NodeId(1)));
        assertEquals(2, cluster.grant(V, 1));
    }

    @Test
    void oldOwnerMayRecordUntilTheNewOneIsGrantedAnEpoch() {
        cluster.done(new Command.MoveVolume(new VolumeId(V), new NodeId(2)));
        assertEquals(ErrorCode.OK, cluster.markStale(V, 1, 3, 10));
        cluster.grant(V, 4);
        assertEquals(ErrorCode.EPOCH_FENCED, cluster.markStale(V, 1, 3, 10));
        assertEquals(ErrorCode.EPOCH_FENCED, cluster.markStale(V, 3, 3, 10));
    }

    @Test
    void staleComponentKeepsItsOlderSince() {
        long since = Version.of(1, 100);
        assertEquals(ErrorCode.OK, cluster.markStale(V, epoch, 2, since));
        assertEquals(ErrorCode.OK, cluster.markStale(V, epoch, 2, since + 50));
        assertEquals(since, cluster.component(V, 2).since());
        cluster.done(cluster.resync(V, epoch, 2, 0));
        assertEquals(since, cluster.component(V, 2).since());
        assertEquals(ErrorCode.OK, cluster.markStale(V, epoch, 2, since + 80));
        assertEquals(since, cluster.component(V, 2).since());
        assertEquals(1, cluster.component(V, 2).attempt());
    }

    @Test
    void lastInSyncComponentIsNeverRecordedStale() {
        assertEquals(ErrorCode.OK, cluster.markStale(V, epoch, 1, 3));
        assertEquals(ErrorCode.OK, cluster.markStale(V, epoch, 2, 3));
        assertEquals(ErrorCode.CONFLICT, cluster.markStale(V, epoch, 3, 3));
        cluster.done(cluster.resync(V, epoch, 1, 0));
        assertEquals(ErrorCode.CONFLICT, cluster.markStale(V, epoch, 3, 3));
        cluster.done(cluster.promote(V, epoch, 1, 1));
        assertEquals(ErrorCode.OK, cluster.markStale(V, epoch, 3, 3));
    }

    @Test
    void wideVolumeLosesComponentsOnlyWhileEveryBlockKeepsOne() {
        MetaCluster wide = MetaCluster.of(6);
        wide.done(MetaCluster.create(V, "wide", 2, 6));
        wide.grant(V, 1);
        assertEquals(ErrorCode.OK, wide.markStale(V, 1, 1, 3));
        int refused = 0;
        for (int node = 2; node <= 6; node++) {
            refused += wide.markStale(V, 1, node, 3) == ErrorCode.CONFLICT ? 1 : 0;
        }
        // Any two nodes share some arc: with two replicas a second one can never be spared.
        assertEquals(5, refused);
    }

    @Test
    void promotionHoldsForExactlyItsAttempt() {
        cluster.markStale(V, epoch, 2, 3);
        cluster.refused(ErrorCode.CONFLICT, cluster.promote(V, epoch, 2, 0));
        cluster.done(cluster.resync(V, epoch, 2, 0));
        cluster.done(cluster.resync(V, epoch, 2, 0));
        assertEquals(1, cluster.component(V, 2).attempt());
        cluster.markStale(V, epoch, 2, 9);
        cluster.refused(ErrorCode.CONFLICT, cluster.promote(V, epoch, 2, 1));
        cluster.done(cluster.resync(V, epoch, 2, 1));
        cluster.refused(ErrorCode.CONFLICT, cluster.promote(V, epoch, 2, 1));
        cluster.done(cluster.promote(V, epoch, 2, 2));
        cluster.done(cluster.promote(V, epoch, 2, 2));
        assertEquals(ComponentState.IN_SYNC, cluster.component(V, 2).state());
        assertEquals(102, cluster.component(V, 2).storeId());
    }

    @Test
    void newOwnerStartsTheAttemptAgainFromTheSameSince() {
        cluster.markStale(V, epoch, 2, 3);
        cluster.done(cluster.resync(V, epoch, 2, 0));
        int next = cluster.grant(V, 2);
        cluster.refused(ErrorCode.EPOCH_FENCED, cluster.promote(V, epoch, 2, 1));
        cluster.done(cluster.resync(V, next, 2, 1));
        assertEquals(2, cluster.component(V, 2).attempt());
        assertEquals(3, cluster.component(V, 2).since());
    }

    @Test
    void promotionOfAnotherLifeOrStoreIsRefused() {
        cluster.markStale(V, epoch, 2, 3);
        cluster.done(cluster.resync(V, epoch, 2, 0));
        Command.Promote promotion = cluster.promote(V, epoch, 2, 1);
        cluster.done(new Command.RegisterNode(withIncarnation(MetaCluster.node(2), 77)));
        cluster.refused(ErrorCode.IDENTITY_MISMATCH, promotion);
        cluster.done(cluster.promote(V, epoch, 2, 1));
    }

    @Test
    void storeIsNotedOnceAndAnotherIsRefused() {
        Command.NoteStore note =
                new Command.NoteStore(new VolumeId(V), epoch, new NodeId(2), 7, 102);
        cluster.done(note);
        cluster.done(note);
        cluster.refused(
                ErrorCode.IDENTITY_MISMATCH,
                new Command.NoteStore(new VolumeId(V), epoch, new NodeId(2), 7, 555));
        cluster.refused(
                ErrorCode.IDENTITY_MISMATCH,
                new Command.NoteStore(new VolumeId(V), epoch, new NodeId(2), 8, 102));
    }

    @Test
    void emptiedNodeComesBackOnlyAfterItWasReplacedAndIsStaleSinceZero() {
        NodeRecord emptied = withStore(MetaCluster.node(3), 999);
        assertTrue(
                cluster.refused(ErrorCode.IDENTITY_MISMATCH, new Command.RegisterNode(emptied))
                        .message()
                        .contains("replaced"));
        cluster.done(new Command.ReplaceNode(new NodeId(3), 103));
        cluster.done(new Command.ReplaceNode(new NodeId(3), 103));
        cluster.done(new Command.RegisterNode(emptied));
        cluster.refused(ErrorCode.IDENTITY_MISMATCH, new Command.ReplaceNode(new NodeId(3), 103));
        assertEquals(ComponentState.STALE, cluster.component(V, 3).state());
        assertEquals(0, cluster.component(V, 3).since());
        assertEquals(8, cluster.component(V, 3).generation());
    }

    @Test
    void nodeWithTheOnlyUpToDateCopyIsNotReplaced() {
        cluster.markStale(V, epoch, 1, 3);
        cluster.markStale(V, epoch, 2, 3);
        cluster.refused(ErrorCode.CONFLICT, new Command.ReplaceNode(new NodeId(3), 103));
        cluster.done(new Command.ReplaceNode(new NodeId(1), 101));
    }

    private Command.RecoverVolume recover(int from, int... lost) {
        return new Command.RecoverVolume(
                new VolumeId(V),
                cluster.volume(V).epoch(),
                List.of(new NodeId(from)),
                IntStream.of(lost).mapToObj(NodeId::new).toList());
    }

    @Test
    void lastResortTakesAStaleComponentForInSyncUnderANewEpochAndNothingElse() {
        cluster.markStale(V, epoch, 2, Version.of(1, 90));
        cluster.markStale(V, epoch, 1, Version.of(1, 40));
        Command.RecoverVolume recovery = recover(1, 3);
        cluster.done(recovery);
        assertEquals(epoch + 1, cluster.volume(V).epoch());
        assertEquals(new NodeId(1), cluster.volume(V).owner());
        assertTrue(cluster.component(V, 1).isUnsettled());
        assertEquals(Version.of(1, 40), cluster.component(V, 1).since());
        for (int other = 2; other <= 3; other++) {
            // Node 2 has more, and must lose it: it is not what the volume goes on from.
            assertEquals(ComponentState.STALE, cluster.component(V, other).state());
            assertEquals(Version.of(1, 40), cluster.component(V, other).since());
        }
        assertEquals(ErrorCode.EPOCH_FENCED, cluster.markStale(V, epoch, 1, 3));
        cluster.done(recovery);
        int next = cluster.grant(V, 5);
        assertEquals(epoch + 2, next);
        cluster.done(recovery);
        assertEquals(next, cluster.volume(V).epoch());
    }

    @Test
    void nothingIsRecoveredWhereAnInSyncComponentIsNotLostOrMoreHasHappened() {
        cluster.markStale(V, epoch, 1, 3);
        cluster.refused(ErrorCode.CONFLICT, recover(1, 3));
        cluster.markStale(V, epoch, 2, 3);
        cluster.refused(ErrorCode.CONFLICT, recover(1));
        cluster.done(recover(3));
        assertEquals(epoch, cluster.volume(V).epoch());
        cluster.refused(ErrorCode.CONFLICT, recover(1, 2, 3));
        Command.RecoverVolume recovery = recover(1, 3);
        cluster.grant(V, 2);
        cluster.refused(ErrorCode.CONFLICT, recovery);
        cluster.done(recover(1, 3));
    }

    @Test
    void damagedLastCopyIsGoneOnFromAndTheOthersAreBuiltAnewFromIt() {
        cluster.markStale(V, epoch, 1, 30);
        cluster.markStale(V, epoch, 2, 30);
        cluster.done(recover(3, 3));
        assertTrue(cluster.component(V, 3).isUnsettled());
        assertEquals(0, cluster.component(V, 1).since());
    }

    @Test
    void unsettledComponentsHoldBackStaleRecordsUntilTheyAreCompared() {
        cluster.markStale(V, epoch, 1, 3);
        cluster.markStale(V, epoch, 2, 3);
        cluster.done(recover(1, 3));
        int next = cluster.grant(V, 2);
        cluster.done(cluster.resync(V, next, 2, 0));
        cluster.done(cluster.promote(V, next, 2, 1));
        assertEquals(ErrorCode.CONFLICT, cluster.markStale(V, next, 2, 3));
        cluster.refused(ErrorCode.CONFLICT, new Command.ReplaceNode(new NodeId(2), 102));
        cluster.refused(ErrorCode.EPOCH_FENCED, new Command.SettleVolume(new VolumeId(V), epoch));
        Command.SettleVolume settle = new Command.SettleVolume(new VolumeId(V), next);
        cluster.done(settle);
        cluster.done(settle);
        assertFalse(cluster.volume(V).isUnsettled());
        assertEquals(ErrorCode.OK, cluster.markStale(V, next, 2, 3));
    }

    @Test
    void ownerThatComparedSettlesAllAtOnceSoThatOneThatDiesThenHoldsNothingBack() {
        cluster.markStale(V, epoch, 1, 3);
        cluster.markStale(V, epoch, 2, 3);
        cluster.done(
                new Command.RecoverVolume(
                        new VolumeId(V),
                        epoch,
                        List.of(new NodeId(1), new NodeId(3)),
                        List.of(new NodeId(3))));
        int next = cluster.grant(V, 1);
        assertTrue(cluster.component(V, 1).isUnsettled());
        assertTrue(cluster.component(V, 3).isUnsettled());
        cluster.done(new Command.SettleVolume(new VolumeId(V), next));
        assertEquals(ErrorCode.OK, cluster.markStale(V, next, 3, 5));
        assertEquals(ComponentState.STALE, cluster.component(V, 3).state());
        assertEquals(5, cluster.component(V, 3).since());
    }

    @Test
    void wideVolumeIsRecoveredFromAsManyNodesAsItsBlocksNeed() {
        MetaCluster wide = MetaCluster.of(4);
        wide.done(MetaCluster.create(V, "wide", 2, 4));
        wide.grant(V, 1);
        assertEquals(ErrorCode.OK, wide.markStale(V, 1, 1, 30));
        NodeId one = new NodeId(1);
        NodeId two = new NodeId(2);
        NodeId three = new NodeId(3);
        VolumeId id = new VolumeId(V);
        wide.refused(
                ErrorCode.CONFLICT,
                new Command.RecoverVolume(id, 1, List.of(one), List.of(two, three)));
        wide.done(new Command.RecoverVolume(id, 1, List.of(one), List.of(two)));
        assertEquals(ComponentState.STALE, wide.component(V, 2).state());
        assertEquals(ComponentState.IN_SYNC, wide.component(V, 3).state());
        assertEquals(0, wide.component(V, 3).since());
    }

    private static NodeRecord withIncarnation(NodeRecord node, long incarnation) {
        return new NodeRecord(
                node.id(),
                incarnation,
                node.storeId(),
                node.host(),
                node.basePort(),
                node.domain(),
                node.usableBytes(),
                node.featureLevelMax());
    }

    private static NodeRecord withStore(NodeRecord node, long storeId) {
        return new NodeRecord(
                node.id(),
                node.incarnation(),
                storeId,
                node.host(),
                node.basePort(),
                node.domain(),
                node.usableBytes(),
                node.featureLevelMax());
    }
}
