package io.xsan.meta.image;

import io.xsan.base.ClusterId;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The state of the metadata after the command at {@code index}. Maps are immutable; building the
 * next image shares all records that did not change. {@code featureLevel} is 0 and {@code
 * clusterId} means nothing while no cluster is formed. {@code names} has the volumes that are not
 * being deleted.
 */
public record ClusterImage(
        long index,
        ClusterId clusterId,
        int featureLevel,
        SortedMap<NodeId, NodeRecord> nodes,
        SortedMap<VolumeId, VolumeRecord> volumes,
        SortedMap<String, VolumeId> names) {
    private static final ClusterId UNFORMED_ID = new ClusterId(-1, -1);

    /** The state before the first command. */
    public static final ClusterImage UNFORMED =
            new ClusterImage(
                    0,
                    UNFORMED_ID,
                    0,
                    Collections.emptySortedMap(),
                    Collections.emptySortedMap(),
                    Collections.emptySortedMap());

    /** True once the cluster is formed. */
    public boolean isFormed() {
        return featureLevel > 0;
    }

    /** The nodes that store blocks, by id. */
    public List<NodeRecord> storageNodes() {
        return nodes.values().stream().filter(NodeRecord::hasStore).toList();
    }

    /** The nodes that new components may be placed on, by id. */
    public List<NodeRecord> placementNodes() {
        return nodes.values().stream().filter(n -> n.hasStore() && !n.draining()).toList();
    }

    /** The volume of an id, also one that is being deleted. */
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
