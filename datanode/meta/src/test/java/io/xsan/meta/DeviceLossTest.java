package io.xsan.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Command.ComponentsLost.Lost;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.ComponentState;
import io.xsan.meta.image.RingRecord;
import io.xsan.meta.image.VolumePolicy;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A node gives up components whose device is lost. */
class DeviceLossTest {
    private static final long V = 5;
    private static final long W = 6;
    private static final int LEVEL = 2;
    private final MetaCluster cluster = MetaCluster.of(4, LEVEL);
    private int epoch;

    @BeforeEach
    void makeVolumes() {
        cluster.done(MetaCluster.create(V, "data", 3, 3));
        cluster.done(MetaCluster.create(W, "more", 3, 3));
        epoch = cluster.grant(V, 1);
    }

    private int member(int index) {
        return cluster.volume(V).components().get(index).node().value();
    }

    private static Command.ComponentsLost lost(int node, long incarnation, Lost... lost) {
        return new Command.ComponentsLost(new NodeId(node), incarnation, List.of(lost));
    }

    private static Lost of(long volume, long generation) {
        return new Lost(new VolumeId(volume), generation);
    }

    private List<ErrorCode> outcomes(Command command) {
        Result result = cluster.apply(command);
        return assertInstanceOf(Result.Several.class, result, result.toString()).outcomes();
    }

    @Test
    void lostComponentIsStaleSinceZeroOfANewGenerationAndOthersAreAsTheyWere() {
        int node = member(0);
        cluster.markStale(V, epoch, node, 33);
        var other = cluster.component(V, member(1));
        var own = cluster.volume(W);
        Command.ComponentsLost command = lost(node, 10 + node, of(V, 7));
        assertEquals(List.of(ErrorCode.OK), outcomes(command));
        assertEquals(ComponentState.STALE, cluster.component(V, node).state());
        assertEquals(0, cluster.component(V, node).since());
        assertEquals(8, cluster.component(V, node).generation());
        assertEquals(0, cluster.component(V, node).storeId());
        assertEquals(other, cluster.component(V, member(1)));
        assertEquals(own, cluster.volume(W));
        assertEquals(List.of(ErrorCode.OK), outcomes(command));
        assertEquals(8, cluster.component(V, node).generation());
    }

    @Test
    void lastCopyIsNotGivenUp() {
        cluster.markStale(V, epoch, member(1), 3);
        cluster.markStale(V, epoch, member(2), 3);
        int node = member(0);
        Command.ComponentsLost command = lost(node, 10 + node, of(V, 7), of(99, 7));
        assertEquals(List.of(ErrorCode.CONFLICT, ErrorCode.VOLUME_NOT_FOUND), outcomes(command));
        assertEquals(ComponentState.IN_SYNC, cluster.component(V, node).state());
        int stale = member(1);
        assertEquals(List.of(ErrorCode.OK), outcomes(lost(stale, 10 + stale, of(V, 7))));
    }

    @Test
    void earlierLifeAndAClusterThatWasNotRaisedAreRefused() {
        int node = member(0);
        cluster.refused(ErrorCode.IDENTITY_MISMATCH, lost(node, 9, of(V, 7)));
        MetaCluster older = MetaCluster.of(3);
        older.done(MetaCluster.create(V, "data", 3, 0));
        String message = older.refused(ErrorCode.UNSUPPORTED, lost(1, 11, of(V, 7))).message();
        assertTrue(message.contains("from 2 on"), message);
    }

    @Test
    void whatTheNodeGainsByAMoveIsGivenUpWithIt() {
        int last = 1;
        while (cluster.volume(V).component(new NodeId(last)).isPresent()) {
            last++;
        }
        NodeId gaining = new NodeId(last);
        List<RingRecord.Member> members =
                List.of(
                        new RingRecord.Member(new NodeId(member(0)), 1, "rack" + member(0)),
                        new RingRecord.Member(new NodeId(member(1)), 1, "rack" + member(1)),
                        new RingRecord.Member(gaining, 1, "rack" + last));
        RingRecord ring = new RingRecord(cluster.volume(V).ring().version() + 1, members);
        cluster.done(new Command.StartMove(new VolumeId(V), ring, new VolumePolicy(3, 2, 3)));
        long generation = cluster.volume(V).gain(gaining).orElseThrow().generation();
        assertEquals(List.of(ErrorCode.OK), outcomes(lost(last, 10 + last, of(V, generation))));
        var gain = cluster.volume(V).gain(gaining).orElseThrow();
        assertEquals(cluster.volume(V).lastGeneration(), gain.generation());
        assertTrue(gain.generation() > generation);
        assertEquals(ComponentState.STALE, gain.state());
    }

    @Test
    void componentIsPromotedOnAnyStoreOfTheRegisteredLife() {
        int node = member(2);
        cluster.markStale(V, epoch, node, 3);
        cluster.done(cluster.resync(V, epoch, node, 0));
        cluster.refused(ErrorCode.IDENTITY_MISMATCH, promote(node, 1, 9));
        cluster.done(promote(node, 10 + node, 4711));
        assertEquals(4711, cluster.component(V, node).storeId());
    }

    private Command.Promote promote(int node, long incarnation, long storeId) {
        return new Command.Promote(
                new VolumeId(V),
                epoch,
                new NodeId(node),
                cluster.component(V, node).generation(),
                false,
                1,
                incarnation,
                storeId);
    }
}
