package io.xsan.engine.component;

import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.engine.ShardSetup;
import io.xsan.meta.codec.RecordCodec;
import io.xsan.meta.command.Command;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.meta.image.ComponentState;
import io.xsan.meta.image.VolumeRecord;
import io.xsan.meta.restore.Refounding;
import io.xsan.store.ComponentDescriptor;
import io.xsan.store.CreateOp;
import io.xsan.store.StoreComponent;
import io.xsan.store.StoreOp;
import java.nio.ByteBuffer;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the components that the metadata names for this node, those that a move needs included, and
 * drops those that left their volume's ring and those of volumes that are being deleted. A
 * component that the metadata does not know is kept: an orphan.
 */
final class ComponentCatalog {
    /** Of metadata that was made again, generations are further on; see Refounding. */
    private static final long NEWER_MAX = Refounding.EPOCH_JUMP / 2;

    private final ShardSetup setup;
    private final TreeSet<Long> creating = new TreeSet<>();
    private final TreeSet<Long> dropping = new TreeSet<>();
    private final LostComponents lost;
    private @Nullable ClusterImage image;
    private long retryNanos;

    ComponentCatalog(ShardSetup setup) {
        this.setup = setup;
        lost = new LostComponents(setup);
    }

    void onImage(ClusterImage newer) {
        image = newer;
        follow(newer);
    }

    void onTick(long nowNanos) {
        if (image != null && nowNanos - retryNanos >= 0) {
            retryNanos = nowNanos + setup.limits().retryNanos();
            follow(image);
        }
    }

    /** True if the metadata names a component of this generation for this node. */
    boolean isExpected(long volume, long generation) {
        ComponentRecord record = image == null || volume <= 0 ? null : recordOf(image, volume);
        return record != null && record.generation() == generation;
    }

    /** True if nobody knows it: the metadata does not name it, not even as one to be dropped. */
    boolean isOrphan(StoreComponent component) {
        ComponentDescriptor of = component.descriptor();
        return image == null
                || image.volume(new VolumeId(of.volume())).stream()
                        .flatMap(volume -> volume.everyComponent().stream())
                        .noneMatch(record ->
                                record.node().value() == setup.node()
                                        && record.generation() == of.generation());
    }

    /**
     * Drops an orphan. {@code done} gets OK when it is gone durably, NOT_FOUND if it is not here,
     * CONFLICT if it is no orphan, and CLUSTER_NOT_READY as long as that cannot be told.
     */
    void dropOrphan(long volume, long generation, Consumer<ErrorCode> done) {
        StoreComponent held = setup.store().component(volume, generation);
        if (image == null) {
            done.accept(ErrorCode.CLUSTER_NOT_READY);
        } else if (held == null) {
            done.accept(ErrorCode.NOT_FOUND);
        } else if (!isOrphan(held) || !dropping.add(generation)) {
            done.accept(ErrorCode.CONFLICT);
        } else {
            StoreOp op =
                    new StoreOp((ended, status) -> {
                        dropping.remove(generation);
                        done.accept(status);
                    });
            op.component = held;
            setup.store().drop(op);
        }
    }

    private @Nullable ComponentRecord recordOf(ClusterImage of, long volume) {
        return of.volume(new VolumeId(volume)).map(this::recordOf).orElse(null);
    }

    private @Nullable ComponentRecord recordOf(VolumeRecord volume) {
        NodeId node = new NodeId(setup.node());
        return volume.component(node).or(() -> volume.gain(node)).orElse(null);
    }

    private void follow(ClusterImage newer) {
        lost.onImage(newer);
        for (VolumeRecord volume : newer.volumes().values()) {
            volume.leaving().stream()
                    .filter(c -> c.node().value() == setup.node())
                    .forEach(left -> drop(volume, left, held(volume, left)));
            ComponentRecord record = recordOf(volume);
            if (record == null) {
                continue;
            }
            StoreComponent held = held(volume, record);
            if (volume.deleting()) {
                drop(volume, record, held);
            } else if (lost.isLost(volume.id(), record, held)) {
                lost.add(volume.id(), record);
            } else if (held == null && !isMissing(record)) {
                create(volume, record);
            }
        }
        setup.store().components().forEach(held -> dropIfSuperseded(newer, held));
        lost.tell();
    }

    /**
     * What this node had of a volume before, on a device that had failed then or was not there:
     * once its successor has been in sync here, there is nothing in it that nobody else has.
     */
    private void dropIfSuperseded(ClusterImage image, StoreComponent held) {
        ComponentDescriptor of = held.descriptor();
        boolean isSuperseded =
                image.volume(new VolumeId(of.volume()))
                        .filter(volume -> !volume.deleting())
                        .flatMap(volume -> volume.component(new NodeId(setup.node())))
                        .filter(record ->
                                record.state() == ComponentState.IN_SYNC && record.storeId() != 0)
                        .map(record -> record.generation() - of.generation())
                        .filter(newer -> newer > 0 && newer < NEWER_MAX)
                        .isPresent();
        if (!isSuperseded || held.isDeviceFailed() || !dropping.add(of.generation())) {
            return;
        }
        setup.log().info("component-superseded", "volume", of.volume());
        StoreOp op = new StoreOp((ended, status) -> dropping.remove(of.generation()));
        op.component = held;
        setup.store().drop(op);
    }

    /**
     * True if it was here when it was recorded in-sync: an empty one in its place would be
     * believed.
     */
    private static boolean isMissing(ComponentRecord record) {
        return record.state() == ComponentState.IN_SYNC && record.storeId() != 0;
    }

    private @Nullable StoreComponent held(VolumeRecord volume, ComponentRecord record) {
        return setup.store().component(volume.id().value(), record.generation());
    }

    private void create(VolumeRecord volume, ComponentRecord record) {
        if (!creating.add(record.generation())) {
            return;
        }
        CreateOp op = new CreateOp((ended, status) -> onCreated(volume, record, status));
        op.isOnFirst = !lost.areSeveralAllowed();
        op.descriptor =
                new ComponentDescriptor(
                        volume.id().value(),
                        record.generation(),
                        setup.node(),
                        volume.sizeBytes(),
                        ByteBuffer.wrap(RecordCodec.encode(volume)));
        setup.store().create(op);
    }

    private void onCreated(VolumeRecord volume, ComponentRecord record, ErrorCode status) {
        creating.remove(record.generation());
        if (status != ErrorCode.OK) {
            lost.onCreationFailed(record, status);
            setup.log().error("component-create-failed", "volume", volume.id(), "reason", status);
        }
    }

    private void drop(VolumeRecord volume, ComponentRecord record, @Nullable StoreComponent held) {
        if (!dropping.add(record.generation())) {
            return;
        }
        if (held == null || lost.isGivenUp(held)) {
            confirmDropped(volume, record);
            return;
        }
        StoreOp op =
                new StoreOp((ended, status) -> {
                    if (status == ErrorCode.OK) {
                        confirmDropped(volume, record);
                    } else {
                        dropping.remove(record.generation());
                    }
                });
        op.component = held;
        setup.store().drop(op);
    }

    private void confirmDropped(VolumeRecord volume, ComponentRecord record) {
        setup.meta()
                .submit(
                        new Command.ComponentDropped(
                                volume.id(), record.node(), record.generation()),
                        (code, result) -> dropping.remove(record.generation()));
    }
}
