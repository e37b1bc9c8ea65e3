package io.xsan.meta.codec;

import io.xsan.base.ClusterId;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.VolumeRecord;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Records of the state, as values of the key-value store and in descriptors of components, and
 * whole images.
 */
public final class RecordCodec {
    private static final int KIND_CLUSTER = 1;
    private static final int KIND_NODE = 2;
    private static final int KIND_VOLUME = 3;
    private static final int KIND_IMAGE = 4;

    private RecordCodec() {}

    /** The cluster's own record: what is applied, identity and feature level (0: not formed). */
    public record ClusterRecord(long appliedIndex, ClusterId clusterId, int featureLevel) {}

    /** Encodes the cluster's record. */
    public static byte[] encode(ClusterRecord cluster) {
        ByteSink out = new ByteSink();
        putClusterRecord(out, cluster);
        return EnvelopeLayout.wrap(EnvelopeLayout.MAGIC_RECORD, KIND_CLUSTER, out);
    }

    /** Encodes a node. */
    public static byte[] encode(NodeRecord node) {
        ByteSink out = new ByteSink();
        RecordFields.putNode(out, node);
        return EnvelopeLayout.wrap(EnvelopeLayout.MAGIC_RECORD, KIND_NODE, out);
    }

    /** Encodes a volume. */
    public static byte[] encode(VolumeRecord volume) {
        ByteSink out = new ByteSink();
        RecordFields.putVolume(out, volume);
        return EnvelopeLayout.wrap(EnvelopeLayout.MAGIC_RECORD, KIND_VOLUME, out);
    }

    /** Encodes an image: equal images give equal bytes. */
    public static byte[] encode(ClusterImage image) {
        ByteSink out = new ByteSink();
        putClusterRecord(
                out, new ClusterRecord(image.index(), image.clusterId(), image.featureLevel()));
        out.i32(image.nodes().size());
        image.nodes().values().forEach(node -> RecordFields.putNode(out, node));
        out.i32(image.volumes().size());
        image.volumes().values().forEach(volume -> RecordFields.putVolume(out, volume));
        return EnvelopeLayout.wrap(EnvelopeLayout.MAGIC_RECORD, KIND_IMAGE, out);
    }

    /** Decodes the cluster's record. */
    public static Decoded<ClusterRecord> decodeCluster(byte[] bytes) {
        return decode(bytes, KIND_CLUSTER, RecordCodec::clusterRecord);
    }

    /** Decodes a node. */
    public static Decoded<NodeRecord> decodeNode(byte[] bytes) {
        return decode(bytes, KIND_NODE, RecordFields::node);
    }

    /** Decodes a volume. */
    public static Decoded<VolumeRecord> decodeVolume(byte[] bytes) {
        return decode(bytes, KIND_VOLUME, RecordFields::volume);
    }

    /** Decodes an image. */
    public static Decoded<ClusterImage> decodeImage(byte[] bytes) {
        return decode(bytes, KIND_IMAGE, RecordCodec::image);
    }

    /** The image that consists of these records. */
    public static ClusterImage image(
            ClusterRecord cluster, List<NodeRecord> nodes, List<VolumeRecord> volumes) {
        SortedMap<NodeId, NodeRecord> nodesById = new TreeMap<>();
        nodes.forEach(node -> nodesById.put(node.id(), node));
        SortedMap<VolumeId, VolumeRecord> volumesById = new TreeMap<>();
        SortedMap<String, VolumeId> names = new TreeMap<>();
        for (VolumeRecord volume : volumes) {
            volumesById.put(volume.id(), volume);
            if (!volume.deleting()) {
                names.put(volume.name(), volume.id());
            }
        }
        return new ClusterImage(
                cluster.appliedIndex(),
                cluster.clusterId(),
                cluster.featureLevel(),
                Collections.unmodifiableSortedMap(nodesById),
                Collections.unmodifiableSortedMap(volumesById),
                Collections.unmodifiableSortedMap(names));
    }

    static Envelopes.Type typeOf(int kind) {
        return switch (kind) {
            case KIND_CLUSTER -> Envelopes.Type.CLUSTER;
            case KIND_NODE -> Envelopes.Type.NODE;
            case KIND_VOLUME -> Envelopes.Type.VOLUME;
            case KIND_IMAGE -> Envelopes.Type.IMAGE;
            default -> Envelopes.Type.NONE;
        };
    }

    private static ClusterImage image(ByteSource in) {
        ClusterRecord cluster = clusterRecord(in);
        List<NodeRecord> nodes =
                in.list(RecordFields.NODE_BYTES_MIN, "nodes", () -> RecordFields.node(in));
        List<VolumeRecord> volumes =
                in.list(RecordFields.VOLUME_BYTES_MIN, "volumes", () -> RecordFields.volume(in));
        ClusterImage image = image(cluster, nodes, volumes);
        long live = volumes.stream().filter(volume -> !volume.deleting()).count();
        if (image.nodes().size() != nodes.size()
                || image.volumes().size() != volumes.size()
                || image.names().size() != live) {
            in.fail(Decoded.Fault.OUT_OF_RANGE, "a key is there twice");
        }
        return image;
    }

    private static void putClusterRecord(ByteSink out, ClusterRecord cluster) {
        out.i64(cluster.appliedIndex());
        RecordFields.putCluster(out, cluster.clusterId());
        out.i32(cluster.featureLevel());
    }

    private static ClusterRecord clusterRecord(ByteSource in) {
        return new ClusterRecord(
                in.natural("appliedIndex"), RecordFields.cluster(in), in.count("featureLevel"));
    }

    private static <T> Decoded<T> decode(byte[] bytes, int kind, Function<ByteSource, T> fields) {
        ByteSource in = EnvelopeLayout.open(EnvelopeLayout.MAGIC_RECORD, bytes);
        if (!in.isFailed() && EnvelopeLayout.kind(bytes) != kind) {
            in.fail(Decoded.Fault.UNKNOWN_KIND, "kind");
        }
        return in.finish(fields.apply(in));
    }
}
