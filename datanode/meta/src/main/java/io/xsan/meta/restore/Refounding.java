package io.xsan.meta.restore;

import io.xsan.base.Check;
import io.xsan.base.Version;
import io.xsan.meta.codec.RecordCodec;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.meta.image.ComponentState;
import io.xsan.meta.image.MoveRecord;
import io.xsan.meta.image.VolumeRecord;
import java.util.List;

/** Makes the state of a new group of the state that is left of an old one. */
public final class Refounding {
    /** More entries than the old group can have had after the state that is left. */
    public static final long INDEX_JUMP = 1L << 32;

    /** More epochs of a volume, and generations of its components, than it can have granted. */
    public static final int EPOCH_JUMP = 1 << 16;

    private Refounding() {}

    /**
     * {@code left}, with indexes, epochs and generations that the old group never used, no epoch
     * granted, every component that ever had a store unsettled, and all moves begun again. Those
     * that {@code left} calls stale too: since then one of them may have become the only good one.
     */
    public static ClusterImage of(ClusterImage left) {
        Check.that(left.isFormed(), "a cluster that is formed");
        return RecordCodec.image(
                new RecordCodec.ClusterRecord(
                        left.index() + INDEX_JUMP, left.clusterId(), left.featureLevel()),
                List.copyOf(left.nodes().values()),
                left.volumes().values().stream().map(Refounding::of).toList());
    }

    private static VolumeRecord of(VolumeRecord volume) {
        int epoch = Math.min(volume.epoch() + EPOCH_JUMP, Version.EPOCH_MAX);
        return volume.withComponents(volume.components().stream().map(Refounding::doubted).toList())
                .withMove(
                        volume.move().map(MoveRecord::begunAgain),
                        volume.leaving(),
                        volume.lastGeneration() + EPOCH_JUMP)
                .withEpochOfNobody(epoch);
    }

    private static ComponentRecord doubted(ComponentRecord component) {
        boolean mayHaveData =
                component.state() == ComponentState.IN_SYNC || component.storeId() != 0;
        return mayHaveData
                ? component.with(ComponentState.IN_SYNC, 0, component.attempt()).unsettled()
                : component.with(ComponentState.STALE, Version.NONE, component.attempt());
    }
}
