package io.xsan.meta.takeover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xsan.base.ClusterId;
import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Command.TakeOver;
import io.xsan.meta.command.Result;
import io.xsan.meta.decide.Decider;
import io.xsan.meta.decide.Decision;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.VolumePolicy;
import io.xsan.meta.lease.LeaseAnswer;
import io.xsan.meta.lease.LeaseConfig;
import io.xsan.meta.lease.LeaseTable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TakeoverPolicyTest {
    private static final long MS = 1_000_000;
    private static final long START = Long.MAX_VALUE - 1000 * MS;
    private static final NodeId ONE = new NodeId(1);
    private static final NodeId TWO = new NodeId(2);
    private static final NodeId THREE = new NodeId(3);
    private static final int VOLUMES = 40;

    private final LeaseTable leases = new LeaseTable(LeaseConfig.DEFAULT);
    private final TakeoverPolicy policy = new TakeoverPolicy(5000 * MS, 800 * MS);
    private ClusterImage image = ClusterImage.UNFORMED;
    private long now = START;

    @BeforeEach
    void nodeOneOwnsAllVolumes() {
        apply(new Command.FormCluster(new ClusterId(1, 1), 1));
        for (int i = 1; i <= 3; i++) {
            apply(
                    new Command.RegisterNode(
                            new NodeRecord(
                                    new NodeId(i), i, i, "h" + i, 7480, "d" + i, 1L << 44, 1)));
        }
        for (int v = 1; v <= VOLUMES; v++) {
            VolumeId id = new VolumeId(v);
            apply(
                    new Command.CreateVolume(
                            id, "v" + v, 1 << 20, 4096, new VolumePolicy(3, 0, 0), ONE, v, 0));
            apply(new Command.GrantEpoch(id, ONE, 1, v));
        }
        leases.onLeader(image, now);
        run(6000, ONE, TWO, THREE);
    }

    @Test
    void ownerThatKeepsItsLeaseKeepsItsVolumes() {
        assertEquals(List.of(), run(10_000, ONE, TWO, THREE));
    }

    @Test
    void volumesOfASilentOwnerAreSpreadOverThoseThatLiveOnceItsLeaseHasRunOut() {
        assertEquals(List.of(), run(1_900, TWO, THREE));

        List<TakeOver.Change> plan = run(600, TWO, THREE);

        assertEquals(VOLUMES, plan.size());
        Map<NodeId, Integer> taken = new HashMap<>();
        plan.forEach(change -> taken.merge(change.to(), 1, Integer::sum));
        assertEquals(Map.of(TWO, VOLUMES / 2, THREE, VOLUMES / 2), taken);
        assertTrue(plan.stream().allMatch(c -> c.from().equals(ONE) && c.epoch() == 1));
    }

    @Test
    void volumeGoesOnlyToAnUpToDateComponentOnALiveNode() {
        VolumeId stale = new VolumeId(1);
        long generation =
                image.volume(stale).orElseThrow().component(TWO).orElseThrow().generation();
        apply(
                new Command.MarkStale(
                        List.of(
                                new Command.MarkStale.Change(
                                        stale, 1, TWO, generation, false, 0))));

        List<TakeOver.Change> plan = run(2_600, TWO);

        assertEquals(VOLUMES - 1, plan.size());
        assertTrue(plan.stream().noneMatch(change -> change.id().equals(stale)));
    }

    @Test
    void nobodyIsTakenFromWhereNobodyElseLives() {
        assertEquals(List.of(), run(10_000));
    }

    @Test
    void memberThatDoesNotLeadPlansNothing() {
        leases.onFollower();
        assertEquals(List.of(), run(10_000));
    }

    @Test
    void newLeaderWaitsForOneLease() {
        leases.onLeader(image, now);
        assertEquals(List.of(), run(2_000, TWO, THREE));
        assertEquals(VOLUMES, run(200, TWO, THREE).size());
    }

    @Test
    void processThatHasJustStartedIsQuiet() {
        TakeoverPolicy young = new TakeoverPolicy(5000 * MS, 800 * MS);
        assertEquals(List.of(), young.plan(image, leases, now));
        run(2_600, TWO, THREE);
        assertEquals(List.of(), young.plan(image, leases, now));
    }

    @Test
    void leaderThatStoodStillHearsRenewalsFirst() {
        now += 10_000 * MS;
        assertEquals(List.of(), run(700));
        // The machine goes on: all have renewed within the time between two renewals.
        assertEquals(List.of(), run(2_000, ONE, TWO, THREE));
    }

    @Test
    void takeOverThatComesLateChangesNothing() {
        VolumeId id = new VolumeId(1);
        TakeOver.Change seen = new TakeOver.Change(id, 1, ONE, TWO);
        apply(new Command.GrantEpoch(id, ONE, 1, 77));

        assertEquals(List.of(ErrorCode.CONFLICT), outcomes(seen));
        assertEquals(ONE, image.volume(id).orElseThrow().owner());
    }

    @Test
    void repeatedTakeOverIsDoneAlreadyAndEachVolumeIsToldOf() {
        TakeOver.Change first = new TakeOver.Change(new VolumeId(1), 1, ONE, TWO);
        TakeOver.Change gone = new TakeOver.Change(new VolumeId(999), 1, ONE, TWO);

        assertEquals(List.of(ErrorCode.OK, ErrorCode.VOLUME_NOT_FOUND), outcomes(first, gone));
        assertEquals(List.of(ErrorCode.OK), outcomes(first));
        assertEquals(TWO, image.volume(new VolumeId(1)).orElseThrow().owner());
    }

    /** Lets {@code millis} pass in which the nodes {@code live} renew; the first plan made. */
    private List<TakeOver.Change> run(long millis, NodeId... live) {
        for (long end = now + millis * MS; now - end < 0; now += 50 * MS) {
            for (NodeId node : live) {
                assertEquals(
                        LeaseAnswer.GRANTED,
                        leases.renew(node, node.value(), image.index(), true, now));
            }
            List<TakeOver.Change> plan = policy.plan(image, leases, now);
            if (!plan.isEmpty()) {
                return plan;
            }
        }
        return List.of();
    }

    private List<ErrorCode> outcomes(TakeOver.Change... changes) {
        return assertInstanceOf(Result.Several.class, apply(new Command.TakeOver(List.of(changes))))
                .outcomes();
    }

    private Result apply(Command command) {
        Decision decision = Decider.decide(image, image.index() + 1, command);
        image = decision.image();
        leases.onImage(image);
        return decision.result();
    }
}
