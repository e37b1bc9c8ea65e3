package io.xsan.meta;

import io.xsan.base.InvariantViolation;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.base.seam.KvStore;
import io.xsan.meta.codec.Decoded;
import io.xsan.meta.codec.RecordCodec;
import io.xsan.meta.codec.RecordCodec.ClusterRecord;
import io.xsan.meta.decide.Decision;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.VolumeRecord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The state as keys and values: "C" the cluster, "N" and two bytes each node, "V" and eight bytes
 * each volume, numbers big-endian so that keys sort by them.
 */
final class StateStore {
    private static final byte[] CLUSTER_KEY = {'C'};
    private static final byte[] NODE_PREFIX = {'N'};
    private static final byte[] VOLUME_PREFIX = {'V'};

    private StateStore() {}

    static ClusterImage load(KvStore store) {
        byte[] cluster = store.get(CLUSTER_KEY);
        if (cluster == null) {
            return ClusterImage.UNFORMED;
        }
        List<NodeRecord> nodes = new ArrayList<>();
        store.scan(
                NODE_PREFIX,
                NODE_PREFIX,
                (_, value) -> nodes.add(value(RecordCodec.decodeNode(value))));
        List<VolumeRecord> volumes = new ArrayList<>();
        store.scan(
                VOLUME_PREFIX,
                VOLUME_PREFIX,
                (_, value) -> volumes.add(value(RecordCodec.decodeVolume(value))));
        ClusterRecord record = value(RecordCodec.decodeCluster(cluster));
        return RecordCodec.image(record, nodes, volumes);
    }

    static void write(KvStore store, ClusterImage image) {
        KvStore.Batch batch = begun(store, image);
        image.nodes().forEach((id, node) -> batch.put(key(id), RecordCodec.encode(node)));
        image.volumes().forEach((id, volume) -> batch.put(key(id), RecordCodec.encode(volume)));
        store.write(batch, true);
    }

    private static KvStore.Batch begun(KvStore store, ClusterImage image) {
        KvStore.Batch batch = store.batch();
        batch.put(
                CLUSTER_KEY,
                RecordCodec.encode(
                        new ClusterRecord(image.index(), image.clusterId(), image.featureLevel())));
        return batch;
    }

    static void write(KvStore store, Decision decision) {
        ClusterImage image = decision.image();
        KvStore.Batch batch = begun(store, image);
        for (NodeId id : decision.changedNodes()) {
            image.node(id)
                    .ifPresentOrElse(
                            node -> batch.put(key(id), RecordCodec.encode(node)),
                            () -> batch.delete(key(id)));
        }
        for (VolumeId id : decision.changedVolumes()) {
            image.volume(id)
                    .ifPresentOrElse(
                            volume -> batch.put(key(id), RecordCodec.encode(volume)),
                            () -> batch.delete(key(id)));
        }
        // That a cluster is formed and who is in it must not be forgotten by a power failure, not
        // even until the log is applied again: a member that lost its disks asks the others.
        store.write(batch, !decision.changedNodes().isEmpty());
    }

    private static byte[] key(NodeId id) {
        return ByteBuffer.allocate(3).put(NODE_PREFIX).putShort((short) id.value()).array();
    }

    private static byte[] key(VolumeId id) {
        return ByteBuffer.allocate(9).put(VOLUME_PREFIX).putLong(id.value()).array();
    }

    private static <T> T value(Decoded<T> decoded) {
        return switch (decoded) {
            case Decoded.Ok<T>(T value) -> value;
            case Decoded.Failed<T>(var fault, var detail) ->
                    throw new InvariantViolation(
                            "metadata record is damaged: " + fault + " in " + detail);
        };
    }
}
