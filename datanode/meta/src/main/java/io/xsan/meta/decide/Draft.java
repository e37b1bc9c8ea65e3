package io.xsan.meta.decide;

import io.xsan.base.ClusterId;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.VolumeRecord;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The next image while a command is being decided. */
final class Draft {
    private final ClusterImage before;
    private final long index;
    private final SortedSet<NodeId> changedNodes = new TreeSet<>();
    private final SortedSet<VolumeId> changedVolumes = new TreeSet<>();
    private ClusterId clusterId;
    private int featureLevel;
    private SortedMap<NodeId, NodeRecord> nodes;
    private SortedMap<VolumeId, VolumeRecord> volumes;
    private SortedMap<String, VolumeId> names;

    Draft(ClusterImage before, long index) {
        this.before = before;
        this.index = index;
        this.clusterId = before.clusterId();
        this.featureLevel = before.featureLevel();
        this.nodes = before.nodes();
        this.volumes = before.volumes();
        this.names = before.names();
    }

    long index() {
        return index;
    }

    /** The image as drafted so far. */
    ClusterImage image() {
        return new ClusterImage(
                index,
                clusterId,
                featureLevel,
                Collections.unmodifiableSortedMap(nodes),
                Collections.unmodifiableSortedMap(volumes),
                Collections.unmodifiableSortedMap(names));
    }

    void putCluster(ClusterId newId, int newLevel) {
        clusterId = newId;
        featureLevel = newLevel;
    }

    void put(NodeRecord node) {
        if (nodes == before.nodes()) {
            nodes = new TreeMap<>(nodes);
        }
        nodes.put(node.id(), node);
        changedNodes.add(node.id());
    }

    void put(VolumeRecord volume) {
        copyVolumes();
        volumes.put(volume.id(), volume);
        boolean isNamed = names.containsKey(volume.name());
        if (volume.deleting()) {
            removeName(volume);
        } else if (!isNamed) {
            copyNames();
            names.put(volume.name(), volume.id());
        }
        changedVolumes.add(volume.id());
    }

    void remove(NodeId node) {
        if (nodes == before.nodes()) {
            nodes = new TreeMap<>(nodes);
        }
        nodes.remove(node);
        changedNodes.add(node);
    }

    void remove(VolumeRecord volume) {
        copyVolumes();
        volumes.remove(volume.id());
        removeName(volume);
        changedVolumes.add(volume.id());
    }

    Optional<NodeRecord> node(NodeId id) {
        return Optional.ofNullable(nodes.get(id));
    }

    /** A volume, also one that is being deleted. */
    Optional<VolumeRecord> volume(VolumeId id) {
        return Optional.ofNullable(volumes.get(id));
    }

    SortedMap<VolumeId, VolumeRecord> volumes() {
        return Collections.unmodifiableSortedMap(volumes);
    }

    /** Done, about {@code volume}. */
    Result done(VolumeRecord volume) {
        return new Result.Done(index, Optional.of(volume));
    }

    /** Done, about no volume. */
    Result done() {
        return new Result.Done(index, Optional.empty());
    }

    /** Puts {@code volume} and is done. */
    Result donePutting(VolumeRecord volume) {
        put(volume);
        return done(volume);
    }

    Decision decided(Result result) {
        return new Decision(result, image(), changedNodes, changedVolumes);
    }

    private void removeName(VolumeRecord volume) {
        if (volume.id().equals(names.get(volume.name()))) {
            copyNames();
            names.remove(volume.name());
        }
    }

    private void copyVolumes() {
        if (volumes == before.volumes()) {
            volumes = new TreeMap<>(volumes);
        }
    }

    private void copyNames() {
        if (names == before.names()) {
            names = new TreeMap<>(names);
        }
    }
}
