package io.xsan.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.xsan.base.ClusterId;
import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.meta.codec.CommandCodec;
import io.xsan.meta.codec.Decoded;
import io.xsan.meta.codec.ResultCodec;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.VolumePolicy;
import io.xsan.meta.image.VolumeRecord;
import java.util.List;

/** A state machine with everything that tests do to it. */
final class MetaCluster {
    static final long GIB = 1L << 30;
    static final ClusterId CLUSTER = new ClusterId(1, 2);

    final HeapKvStore store = new HeapKvStore();
    final MetaStateMachine machine = new MetaStateMachine(store, image -> {});
    private long index = machine.appliedIndex();

    /** A formed cluster of nodes 1.. with 100 GiB each, in domains of their own. */
    static MetaCluster of(int nodes) {
        return of(nodes, 1);
    }

    /** The same at a feature level. */
    static MetaCluster of(int nodes, int level) {
        MetaCluster cluster = new MetaCluster();
        cluster.done(new Command.FormCluster(CLUSTER, level));
        for (int i = 1; i <= nodes; i++) {
            cluster.done(new Command.RegisterNode(node(i, level)));
        }
        return cluster;
    }

    static NodeRecord node(int id) {
        return node(id, 1);
    }

    private static NodeRecord node(int id, int level) {
        return new NodeRecord(
                new NodeId(id),
                10 + id,
                100 + id,
                "10.0.0." + id,
                7480,
                "rack" + id,
                100 * GIB,
                level);
    }

    static Command.CreateVolume create(long id, String name, int replicas, int width) {
        return new Command.CreateVolume(
                new VolumeId(id),
                name,
                GIB,
                4096,
                new VolumePolicy(replicas, 0, width),
                new NodeId(1),
                7,
                1_700_000_000_000L);
    }

    ClusterImage image() {
        return machine.image();
    }

    VolumeRecord volume(long id) {
        return image().volume(new VolumeId(id)).orElseThrow();
    }

    ComponentRecord component(long id, int node) {
        return volume(id).component(new NodeId(node)).orElseThrow();
    }

    Result apply(Command command) {
        Decoded<Result> decoded =
                ResultCodec.decode(machine.apply(++index, CommandCodec.encode(command)));
        return switch (decoded) {
            case Decoded.Ok<Result>(Result result) -> result;
            case Decoded.Failed<Result> failed -> throw new AssertionError(failed.toString());
        };
    }

    Result.Done done(Command command) {
        Result result = apply(command);
        return assertInstanceOf(Result.Done.class, result, result.toString());
    }

    Result.Refused refused(ErrorCode code, Command command) {
        ClusterImage before = image();
        Result result = apply(command);
        Result.Refused refused = assertInstanceOf(Result.Refused.class, result, result.toString());
        assertEquals(code, refused.code(), refused.message());
        assertEquals(before.volumes(), image().volumes());
        assertEquals(before.nodes(), image().nodes());
        return refused;
    }

    /** Starts an engine of volume {@code id} on its owner; the epoch. */
    int grant(long id, long requestId) {
        NodeId owner = volume(id).owner();
        long incarnation = image().node(owner).orElseThrow().incarnation();
        return done(new Command.GrantEpoch(new VolumeId(id), owner, incarnation, requestId))
                .volume()
                .orElseThrow()
                .epoch();
    }

    ErrorCode markStale(long id, int epoch, int node, long since) {
        Result.Several several =
                assertInstanceOf(
                        Result.Several.class,
                        apply(
                                new Command.MarkStale(
                                        List.of(
                                                new Command.MarkStale.Change(
                                                        new VolumeId(id),
                                                        epoch,
                                                        new NodeId(node),
                                                        component(id, node).generation(),
                                                        false,
                                                        since)))));
        return several.outcomes().getFirst();
    }

    Command.StartResync resync(long id, int epoch, int node, int expectedAttempt) {
        return new Command.StartResync(
                new VolumeId(id),
                epoch,
                new NodeId(node),
                component(id, node).generation(),
                false,
                expectedAttempt);
    }

    Command.Promote promote(long id, int epoch, int node, int attempt) {
        NodeRecord record = image().node(new NodeId(node)).orElseThrow();
        return new Command.Promote(
                new VolumeId(id),
                epoch,
                new NodeId(node),
                component(id, node).generation(),
                false,
                attempt,
                record.incarnation(),
                record.storeId());
    }
}
