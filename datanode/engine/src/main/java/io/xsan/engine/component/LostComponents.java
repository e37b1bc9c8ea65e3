package io.xsan.engine.component;

import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.engine.ShardSetup;
import io.xsan.meta.command.Command;
import io.xsan.meta.decide.FeatureLevels;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.store.StoreComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Components of this node whose device has failed or is not there, while others work. The node
 * gives them up in the metadata, where nothing is lost by that, and gets them anew, of another
 * generation, for one of its other devices: so no generation is ever on two devices, whichever of
 * them come back later.
 *
 * <p>A generation that may have been made on a device that is not there must not be made again. One
 * is known to be new if the metadata gave it after this life of the node had registered.
 */
final class LostComponents {
    private final ShardSetup setup;
    private final NodeId node;
    private final List<Command.ComponentsLost.Lost> found = new ArrayList<>();
    private final TreeSet<Long> unsure = new TreeSet<>();
    private @Nullable Map<VolumeId, Long> newestBefore;
    private int level;
    private boolean canMakeOthers;
    private boolean isTelling;
    private long retryNanos;

    LostComponents(ShardSetup setup) {
        this.setup = setup;
        node = new NodeId(setup.node());
        retryNanos = setup.clock().nanoTime();
    }

    void onImage(ClusterImage image) {
        found.clear();
        level = image.featureLevel();
        canMakeOthers =
                areSeveralAllowed()
                        && setup.store().devices().stream().anyMatch(d -> !d.isFailed());
        boolean isRegistered =
                image.node(node).filter(n -> n.incarnation() == setup.incarnation()).isPresent();
        if (newestBefore == null && isRegistered) {
            Map<VolumeId, Long> newest = new TreeMap<>();
            image.volumes().forEach((id, volume) -> newest.put(id, volume.lastGeneration()));
            newestBefore = newest;
        }
    }

    /** True if the cluster lets a node have several devices. */
    boolean areSeveralAllowed() {
        return level >= FeatureLevels.DEVICES;
    }

    /** True if {@code held} is on a device that has failed, and others of the node work. */
    boolean isGivenUp(StoreComponent held) {
        return canMakeOthers && held.isDeviceFailed();
    }

    /**
     * True if a component of this node cannot be had any more under its generation; {@code held} is
     * what is here of it.
     */
    boolean isLost(VolumeId volume, ComponentRecord record, @Nullable StoreComponent held) {
        if (!canMakeOthers) {
            return false;
        }
        return held == null
                ? record.storeId() != 0 || mayBeElsewhere(volume, record)
                : held.isDeviceFailed();
    }

    private boolean mayBeElsewhere(VolumeId volume, ComponentRecord record) {
        if (unsure.contains(record.generation())) {
            return true;
        }
        boolean isNew =
                newestBefore != null && record.generation() > newestBefore.getOrDefault(volume, 0L);
        return setup.store().isPartial() && !isNew;
    }

    /** Whether it is on its device now, its next start will tell. */
    void onCreationFailed(ComponentRecord record, ErrorCode reason) {
        if (reason == ErrorCode.DEVICE_FAILED) {
            unsure.add(record.generation());
        }
    }

    void add(VolumeId volume, ComponentRecord record) {
        if (found.size() < Command.ComponentsLost.LOST_MAX) {
            found.add(new Command.ComponentsLost.Lost(volume, record.generation()));
        }
    }

    /** Tells the metadata of what was found, again and again until it is known there. */
    void tell() {
        long now = setup.clock().nanoTime();
        if (found.isEmpty() || isTelling || newestBefore == null || now - retryNanos < 0) {
            return;
        }
        isTelling = true;
        retryNanos = now + setup.limits().retryNanos();
        setup.log().warn("components-lost", "count", found.size());
        setup.meta()
                .submit(
                        new Command.ComponentsLost(node, setup.incarnation(), List.copyOf(found)),
                        (code, result) -> isTelling = false);
    }
}
