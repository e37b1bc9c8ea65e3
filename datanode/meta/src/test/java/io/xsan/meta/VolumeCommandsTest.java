package io.xsan.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xsan.base.ClusterId;
import io.xsan.base.ErrorCode;
import io.xsan.base.InvariantViolation;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.meta.codec.Decoded;
import io.xsan.meta.codec.ResultCodec;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.AttachmentRecord;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.VolumePolicy;
import io.xsan.meta.image.VolumeRecord;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VolumeCommandsTest {
    private static final long GIB = MetaCluster.GIB;
    private static final VolumeId V = new VolumeId(5);
    private final MetaCluster cluster = MetaCluster.of(3);

    @Test
    void nothingButFormingIsPossibleBeforeTheClusterIsFormed() {
        MetaCluster empty = new MetaCluster();
        empty.refused(ErrorCode.CLUSTER_NOT_READY, MetaCluster.create(5, "v", 1, 0));
        empty.done(new Command.FormCluster(MetaCluster.CLUSTER, 1));
        empty.done(new Command.FormCluster(MetaCluster.CLUSTER, 1));
        empty.refused(ErrorCode.CONFLICT, new Command.FormCluster(new ClusterId(9, 9), 1));
    }

    @Test
    void threeNodesCarryAVolumeOfThreeReplicas() {
        VolumeRecord volume =
                cluster.done(MetaCluster.create(5, "data", 3, 0)).volume().orElseThrow();
        assertEquals(new VolumePolicy(3, 2, 3), volume.policy());
        assertEquals(3, volume.components().size());
        assertEquals(0, volume.epoch());
        assertEquals(volume, cluster.image().volume("data").orElseThrow());
    }

    @Test
    void creationIsRepeatableAndNamesAreUnique() {
        Command.CreateVolume create = MetaCluster.create(5, "data", 3, 0);
        VolumeRecord first = cluster.done(create).volume().orElseThrow();
        assertEquals(first, cluster.done(create).volume().orElseThrow());
        cluster.refused(ErrorCode.ALREADY_EXISTS, MetaCluster.create(6, "data", 3, 0));
        cluster.refused(ErrorCode.ALREADY_EXISTS, MetaCluster.create(5, "other", 3, 0));
    }

    @Test
    void refusalsNameFieldValueAndWhatIsAllowed() {
        assertField("name", MetaCluster.create(5, "-data", 3, 0));
        assertField("name", MetaCluster.create(5, "", 3, 0));
        assertField("name", MetaCluster.create(5, "Data", 3, 0));
        assertField("name", MetaCluster.create(5, "a".repeat(254), 3, 0));
        assertField("replicas", MetaCluster.create(5, "v", 0, 0));
        assertField("replicas", MetaCluster.create(5, "v", 6, 0));
        assertField("width", MetaCluster.create(5, "v", 3, 2));
        assertField("sizeBytes", sized(5000, 4096));
        assertField("sizeBytes", sized(0, 4096));
        assertField("sizeBytes", sized((64L << 40) + 4096, 4096));
        assertField("sectorBytes", sized(4096, 1024));
        Result.Refused refused =
                cluster.refused(ErrorCode.INVALID_PARAM, MetaCluster.create(5, "v", 6, 0));
        assertEquals("replicas is '6'; allowed: 1 to 5", refused.message());
        cluster.done(MetaCluster.create(5, "a".repeat(253), 3, 0));
    }

    @Test
    void moreReplicasThanNodesWithAStoreAreRefused() {
        cluster.refused(ErrorCode.CONFLICT, MetaCluster.create(5, "v", 4, 0));
        cluster.refused(ErrorCode.CONFLICT, MetaCluster.create(5, "v", 2, 4));
        NodeRecord witness = new NodeRecord(new NodeId(9), 1, 0, "w", 7480, "rack9", 0, 1);
        cluster.done(new Command.RegisterNode(witness));
        cluster.refused(ErrorCode.CONFLICT, MetaCluster.create(5, "v", 4, 0));
    }

    @Test
    void volumesArePromisedUpToTwiceTheCapacity() {
        cluster.done(sizedNamed(5, 150 * GIB));
        Result.Refused refused =
                cluster.refused(ErrorCode.INSUFFICIENT_SPACE, sizedNamed(6, 51 * GIB));
        assertEquals("sizeBytes", refused.field());
        cluster.done(sizedNamed(6, 49 * GIB));
        cluster.refused(ErrorCode.INSUFFICIENT_SPACE, new Command.ResizeVolume(V, 152 * GIB));
        cluster.done(new Command.ResizeVolume(V, 150 * GIB + 4096));
    }

    @Test
    void volumesGrowAndNeverShrink() {
        cluster.done(MetaCluster.create(5, "data", 3, 0));
        cluster.done(new Command.ResizeVolume(V, 2 * GIB));
        cluster.done(new Command.ResizeVolume(V, 2 * GIB));
        assertEquals(2 * GIB, cluster.volume(5).sizeBytes());
        cluster.refused(ErrorCode.INVALID_PARAM, new Command.ResizeVolume(V, GIB));
        cluster.refused(ErrorCode.INVALID_PARAM, new Command.ResizeVolume(V, 3 * GIB + 512));
        cluster.refused(ErrorCode.VOLUME_NOT_FOUND, new Command.ResizeVolume(new VolumeId(9), GIB));
    }

    @Test
    void policyChangesOnlyWhereNoDataMove() {
        cluster.done(MetaCluster.create(5, "data", 3, 0));
        cluster.done(new Command.SetPolicy(V, new VolumePolicy(3, 1, 0)));
        assertEquals(1, cluster.volume(5).policy().minReplicas());
        cluster.refused(ErrorCode.UNSUPPORTED, new Command.SetPolicy(V, new VolumePolicy(2, 1, 0)));
        cluster.refused(
                ErrorCode.INVALID_PARAM, new Command.SetPolicy(V, new VolumePolicy(3, 4, 0)));
    }

    @Test
    void deletionFreesTheNameAndEndsWithTheLastComponent() {
        cluster.done(MetaCluster.create(5, "data", 3, 0));
        cluster.refused(ErrorCode.CONFLICT, new Command.ComponentDropped(V, new NodeId(1), 7));
        cluster.done(new Command.DeleteVolume(V));
        cluster.done(new Command.DeleteVolume(V));
        assertTrue(cluster.image().volume("data").isEmpty());
        cluster.done(MetaCluster.create(6, "data", 3, 0));
        cluster.refused(
                ErrorCode.IDENTITY_MISMATCH, new Command.ComponentDropped(V, new NodeId(1), 8));
        for (int node = 1; node <= 3; node++) {
            assertTrue(cluster.image().volume(V).isPresent());
            cluster.done(new Command.ComponentDropped(V, new NodeId(node), 7));
            cluster.done(new Command.ComponentDropped(V, new NodeId(node), 7));
        }
        assertTrue(cluster.image().volume(V).isEmpty());
        cluster.done(new Command.DeleteVolume(V));
        assertEquals(6, cluster.image().volume("data").orElseThrow().id().value());
    }

    @Test
    void deletingVolumeTakesNoCommandsOfEngines() {
        cluster.done(MetaCluster.create(5, "data", 3, 0));
        int epoch = cluster.grant(5, 1);
        cluster.done(new Command.DeleteVolume(V));
        assertEquals(ErrorCode.VOLUME_NOT_FOUND, cluster.markStale(5, epoch, 2, 1));
        cluster.refused(
                ErrorCode.VOLUME_NOT_FOUND,
                new Command.Attach(V, new AttachmentRecord(1, "h", false, false)));
    }

    @Test
    void exportIsTheOnlyAttachmentOfAVolume() {
        cluster.done(MetaCluster.create(5, "data", 3, 0));
        Command.Attach host = new Command.Attach(V, new AttachmentRecord(1, "h", false, false));
        Command.Attach export = new Command.Attach(V, new AttachmentRecord(2, "x", true, false));
        cluster.done(host);
        cluster.done(host);
        cluster.refused(ErrorCode.CONFLICT, export);
        cluster.refused(ErrorCode.CONFLICT, new Command.DeleteVolume(V));
        cluster.done(new Command.Detach(V, 1));
        cluster.done(new Command.Detach(V, 1));
        cluster.done(export);
        cluster.refused(ErrorCode.CONFLICT, host);
        cluster.refused(
                ErrorCode.ALREADY_EXISTS,
                new Command.Attach(V, new AttachmentRecord(2, "other", true, false)));
    }

    @Test
    void featureLevelRisesOnlyWhenEveryNodeSupportsIt() {
        cluster.refused(ErrorCode.UNSUPPORTED, new Command.RaiseFeatureLevel(2));
        for (int i = 1; i <= 3; i++) {
            NodeRecord node = MetaCluster.node(i);
            cluster.done(
                    new Command.RegisterNode(
                            new NodeRecord(
                                    node.id(),
                                    50,
                                    node.storeId(),
                                    node.host(),
                                    7480,
                                    node.domain(),
                                    node.usableBytes(),
                                    2)));
        }
        cluster.done(new Command.RaiseFeatureLevel(2));
        cluster.done(new Command.RaiseFeatureLevel(2));
        cluster.refused(ErrorCode.INVALID_PARAM, new Command.RaiseFeatureLevel(1));
        cluster.refused(ErrorCode.UNSUPPORTED, new Command.RegisterNode(MetaCluster.node(1)));
    }

    @Test
    void bytesThatAreNoCommandAreRefusedAndCounted() {
        byte[] answer = cluster.machine.apply(100, new byte[] {1, 2, 3});
        Result.Refused refused =
                assertInstanceOf(
                        Result.Refused.class,
                        switch (ResultCodec.decode(answer)) {
                            case Decoded.Ok<Result>(Result result) -> result;
                            case Decoded.Failed<Result> failed ->
                                    throw new AssertionError(failed.toString());
                        });
        assertEquals(ErrorCode.INVALID_PARAM, refused.code());
        assertEquals(100, cluster.machine.appliedIndex());
    }

    @Test
    void everyImageIsToldOnceInOrderAndFromTheStart() {
        List<ClusterImage> images = new ArrayList<>();
        HeapKvStore store = cluster.store.copy();
        MetaStateMachine machine = new MetaStateMachine(store, images::add);
        machine.apply(50, new byte[0]);
        machine.apply(60, new byte[0]);
        assertEquals(List.of(4L, 50L, 60L), images.stream().map(ClusterImage::index).toList());
        assertFalse(images.getFirst().nodes().isEmpty());
    }

    @Test
    void damagedRecordEndsTheProcess() {
        HeapKvStore store = cluster.store.copy();
        store.replaceValue(new byte[] {'N', 0, 2}, new byte[30]);
        assertThrows(InvariantViolation.class, () -> new MetaStateMachine(store, image -> {}));
    }

    private void assertField(String field, Command.CreateVolume command) {
        assertEquals(field, cluster.refused(ErrorCode.INVALID_PARAM, command).field());
    }

    private static Command.CreateVolume sizedNamed(long id, long sizeBytes) {
        return new Command.CreateVolume(
                new VolumeId(id),
                "v" + id,
                sizeBytes,
                4096,
                new VolumePolicy(3, 0, 0),
                new NodeId(1),
                7,
                0);
    }

    private static Command.CreateVolume sized(long sizeBytes, int sectorBytes) {
        return new Command.CreateVolume(
                new VolumeId(5),
                "v",
                sizeBytes,
                sectorBytes,
                new VolumePolicy(3, 0, 0),
                new NodeId(1),
                7,
                0);
    }
}
