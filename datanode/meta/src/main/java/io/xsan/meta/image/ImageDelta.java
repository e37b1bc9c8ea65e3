package io.xsan.meta.image;

import io.xsan.base.ClusterId;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What makes one image of another: the records that are new or changed, and the ids of those that
 * are gone. Sent to those that follow the metadata without being members of its group.
 */
public record ImageDelta(
        long index,
        ClusterId clusterId,
        int featureLevel,
        List<NodeRecord> nodes,
        List<NodeId> removedNodes,
        List<VolumeRecord> volumes,
        List<VolumeId> removedVolumes) {
    /** Copies the lists. */
    public ImageDelta {
        nodes = List.copyOf(nodes);
        removedNodes = List.copyOf(removedNodes);
        volumes = List.copyOf(volumes);
        removedVolumes = List.copyOf(removedVolumes);
    }

    /**
     * What turns {@code before} into {@code after}; records that both share cost one comparison.
     */
    public static ImageDelta between(ClusterImage before, ClusterImage after) {
        return new ImageDelta(
                after.index(),
                after.clusterId(),
                after.featureLevel(),
                changed(before.nodes(), after.nodes()),
                removed(before.nodes(), after.nodes()),
                changed(before.volumes(), after.volumes()),
                removed(before.volumes(), after.volumes()));
    }

    private static <K, V> List<V> changed(Map<K, V> before, Map<K, V> after) {
        List<V> found = new ArrayList<>();
        after.forEach((key, value) -> {
            V old = before.get(key);
            if (old != value && !value.equals(old)) {
                found.add(value);
            }
        });
        return found;
    }

    private static <K, V> List<K> removed(Map<K, V> before, Map<K, V> after) {
        return before.keySet().stream().filter(key -> !after.containsKey(key)).toList();
    }

    /** True if nothing but the index differs. */
    public boolean isEmpty() {
        return nodes.isEmpty()
                && removedNodes.isEmpty()
                && volumes.isEmpty()
                && removedVolumes.isEmpty();
    }

    /** The image after this change of {@code before}. */
    public ClusterImage applyTo(ClusterImage before) {
        SortedMap<NodeId, NodeRecord> allNodes = new TreeMap<>(before.nodes());
        removedNodes.forEach(allNodes::remove);
        nodes.forEach(node -> allNodes.put(node.id(), node));
        SortedMap<VolumeId, VolumeRecord> allVolumes = new TreeMap<>(before.volumes());
        removedVolumes.forEach(allVolumes::remove);
        volumes.forEach(volume -> allVolumes.put(volume.id(), volume));
        SortedMap<String, VolumeId> names = new TreeMap<>();
        for (VolumeRecord volume : allVolumes.values()) {
            if (!volume.deleting()) {
                names.put(volume.name(), volume.id());
            }
        }
        return new ClusterImage(
                index,
                clusterId,
                featureLevel,
                Collections.unmodifiableSortedMap(allNodes),
                Collections.unmodifiableSortedMap(allVolumes),
                Collections.unmodifiableSortedMap(names));
    }
}
