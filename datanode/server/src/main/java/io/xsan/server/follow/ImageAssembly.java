package io.xsan.server.follow;

import com.google.protobuf.ByteString;
import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.Refusal;
import io.xsan.base.VolumeId;
import io.xsan.meta.codec.Decoded;
import io.xsan.meta.codec.RecordCodec;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.ImageDelta;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.VolumeRecord;
import io.xsan.protocol.v1.FollowUpdate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Makes images of the parts that a member sends. One thread. */
final class ImageAssembly {
    private final List<NodeRecord> nodes = new ArrayList<>();
    private final List<NodeId> removedNodes = new ArrayList<>();
    private final List<VolumeRecord> volumes = new ArrayList<>();
    private final List<VolumeId> removedVolumes = new ArrayList<>();
    private ClusterImage base = ClusterImage.UNFORMED;

    /**
     * Takes a part; answers the new image if it was the last part of a change.
     *
     * @throws Refusal if a record in it is damaged
     */
    Optional<ClusterImage> take(FollowUpdate part) {
        if (part.getSnapshot()) {
            base = ClusterImage.UNFORMED;
            clear();
        }
        part.getNodesList().forEach(r -> nodes.add(record(r, RecordCodec::decodeNode)));
        part.getVolumesList().forEach(r -> volumes.add(record(r, RecordCodec::decodeVolume)));
        part.getRemovedNodesList().forEach(n -> removedNodes.add(new NodeId(n)));
        part.getRemovedVolumesList().forEach(v -> removedVolumes.add(new VolumeId(v)));
        if (!part.getComplete() || part.getCluster().isEmpty()) {
            return Optional.empty();
        }
        RecordCodec.ClusterRecord cluster = record(part.getCluster(), RecordCodec::decodeCluster);
        base =
                new ImageDelta(
                                cluster.appliedIndex(),
                                cluster.clusterId(),
                                cluster.featureLevel(),
                                nodes,
                                removedNodes,
                                volumes,
                                removedVolumes)
                        .applyTo(base);
        clear();
        return Optional.of(base);
    }

    private void clear() {
        nodes.clear();
        removedNodes.clear();
        volumes.clear();
        removedVolumes.clear();
    }

    private static <T> T record(ByteString bytes, Function<byte[], Decoded<T>> decode) {
        return switch (decode.apply(bytes.toByteArray())) {
            case Decoded.Ok<T>(T value) -> value;
            case Decoded.Failed<T>(var fault, var detail) ->
                    throw new Refusal(
                            ErrorCode.INVALID_PARAM,
                            "a record of the metadata is damaged: " + fault + " in " + detail);
        };
    }
}
