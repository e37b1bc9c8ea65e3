package io.xsan.meta.decide;

import io.xsan.base.NodeId;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.meta.image.ComponentState;
import io.xsan.meta.image.VolumeRecord;
import io.xsan.meta.placement.BlockPlacement;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Rule 3: no block of a volume is ever left without an in-sync component. */
public final class InSync {
    private InSync() {}

    /**
     * True if every block that the volume has, or may get by growing, has an in-sync component:
     * each set of replicas on its ring is looked at.
     */
    public static boolean holdsForEveryBlock(VolumeRecord volume) {
        Set<Integer> inSync =
                volume.components().stream()
                        .filter(c -> c.state() == ComponentState.IN_SYNC)
                        .map(c -> c.node().value())
                        .collect(Collectors.toSet());
        int replicas = Math.min(volume.policy().replicas(), volume.components().size());
        if (volume.components().size() - inSync.size() < replicas) {
            // Fewer are missing than a block has replicas.
            return true;
        }
        if (replicas == volume.components().size()) {
            return false;
        }
        BlockPlacement placement =
                new BlockPlacement(volume.id(), volume.ring(), volume.policy().replicas());
        int[] nodes = new int[placement.replicas()];
        for (int arc = 0; arc < placement.arcs(); arc++) {
            int count = placement.replicasOfArc(arc, nodes);
            boolean isCovered = false;
            for (int i = 0; i < count && !isCovered; i++) {
                isCovered = inSync.contains(nodes[i]);
            }
            if (!isCovered) {
                return false;
            }
        }
        return true;
    }

    /**
     * As {@link #holdsForEveryBlock(VolumeRecord)} without the components on {@code lost}, and
     * without unsettled ones.
     */
    public static boolean holdsWithout(VolumeRecord volume, List<NodeId> lost) {
        return holdsForEveryBlock(
                volume.withComponents(
                        volume.components().stream()
                                .map(c ->
                                        lost.contains(c.node()) || c.isUnsettled()
                                                ? c.with(ComponentState.STALE, 0, c.attempt())
                                                : c)
                                .toList()));
    }

    /** As {@link #holdsForEveryBlock(VolumeRecord)} if {@code changed} replaced its component. */
    static boolean holdsAfter(VolumeRecord volume, ComponentRecord changed) {
        return holdsForEveryBlock(volume.withComponent(changed));
    }
}
