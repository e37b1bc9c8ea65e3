package io.xsan.meta.image;

import io.xsan.base.ClusterId;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The state of the metadata after the command at {@code index}. Maps are immutable; building the
 * next image copies only what changed.
 */
public record ClusterImage(
        long index,
        ClusterId clusterId,
        int featureLevel,
        SortedMap<NodeId, NodeRecord> nodes,
        SortedMap<VolumeId, VolumeRecord> volumes,
        SortedMap<String, VolumeId> names) {
    /** The volume of an id. */
    public Optional<VolumeRecord> volume(VolumeId id) {
        return Optional.ofNullable(volumes.get(id));
    }

    /** The volume of a name. */
    public Optional<VolumeRecord> volume(String name) {
        return Optional.ofNullable(names.get(name)).map(volumes::get);
    }

    /** The node of an id. */
    public Optional<NodeRecord> node(NodeId id) {
        return Optional.ofNullable(nodes.get(id));
    }
}
