package io.xsan.server.node;

import io.xsan.base.NodeId;
import io.xsan.base.log.Log;
import io.xsan.base.seam.Clock;
import io.xsan.engine.ShardStatus;
import io.xsan.meta.heartbeat.DiskHealth;
import io.xsan.meta.heartbeat.HeardNode;
import io.xsan.meta.heartbeat.HeartbeatCodec;
import io.xsan.meta.image.ClusterImage;
import io.xsan.server.api.NodeView;
import io.xsan.server.config.DatanodeConfig;
import io.xsan.server.heartbeat.HeartbeatKey;
import io.xsan.server.heartbeat.Heartbeats;
import io.xsan.server.shard.DeviceStatus;
import io.xsan.store.StoreStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/**
 * The heartbeats of this datanode, if it has their key. The shard is asked for the state of the
 * disks by a thread that may wait for it; the one that sends tells what was found last. How full
 * the store gets is told in the log as well.
 */
final class NodeHeartbeat implements AutoCloseable {
    private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final NodeView node;
    private final Optional<Heartbeats> heartbeats;
    private final long intervalNanos;
    private final Thread looker;
    private final LongConsumer onUsable;
    private final Clock clock;
    private final SpaceWatch space;
    private volatile Heartbeats.Disks disks = new Heartbeats.Disks(DiskHealth.GOOD, 0, 0);
    private volatile long lookedNanos;
    private volatile boolean isClosed;

    /** {@code onUsable} is told now and then how much the devices that work can hold. */
    NodeHeartbeat(NodeView node, long incarnation, LongConsumer onUsable, Clock clock, Log log)
            throws IOException {
        this.node = node;
        this.onUsable = onUsable;
        this.clock = clock;
        space = new SpaceWatch(log);
        DatanodeConfig config = node.config();
        Optional<Path> key = config.tls().heartbeatKey();
        intervalNanos = TimeUnit.MILLISECONDS.toNanos(config.network().heartbeatIntervalMillis());
        looker = Thread.ofVirtual().name("xsan-disks").unstarted(this::look);
        if (key.isEmpty()) {
            log.warn("no-heartbeats", "reason", "tls.heartbeat_key is not set");
            heartbeats = Optional.empty();
            return;
        }
        Heartbeats.Setup setup =
                new Heartbeats.Setup(
                        new NodeId(config.cluster().nodeId()),
                        incarnation,
                        config.cluster().address(DatanodeConfig.Port.HEARTBEAT),
                        config.network().heartbeatIntervalMillis(),
                        config.network().multicast(),
                        this::disks,
                        clock,
                        log);
        HeartbeatCodec codec =
                new HeartbeatCodec(config.cluster().clusterId(), HeartbeatKey.read(key.get()));
        heartbeats = Optional.of(new Heartbeats(setup, codec));
    }

    void start() {
        lookedNanos = clock.nanoTime();
        looker.start();
        heartbeats.ifPresent(Heartbeats::start);
    }

    void onImage(ClusterImage image) {
        heartbeats.ifPresent(beats -> beats.onImage(image));
    }

    Map<NodeId, HeardNode> heard() {
        return heartbeats.map(Heartbeats::heard).orElse(Map.of());
    }

    /** What was found last; a shard that does not answer for long is waiting for its disk. */
    private Heartbeats.Disks disks() {
        Heartbeats.Disks last = disks;
        boolean isStuck = clock.nanoTime() - lookedNanos > STUCK_NANOS + intervalNanos;
        return isStuck && last.health() == DiskHealth.GOOD
                ? new Heartbeats.Disks(DiskHealth.DEGRADED, last.usableBytes(), last.freeBytes())
                : last;
    }

    private void look() {
        while (!isClosed) {
            ShardStatus status = node.shardStatus();
            disks =
                    new Heartbeats.Disks(
                            health(status, node.devices()),
                            status.store().usableBytes(),
                            Math.max(0, status.store().freeBytes()));
            status.devices().stream()
                    .filter(device -> !device.isFailed() && device.usableBytes() > 0)
                    .mapToInt(StoreStatus::usedPercent)
                    .max()
                    .ifPresent(space::onUse);
            lookedNanos = clock.nanoTime();
            onUsable.accept(status.store().usableBytes());
            LockSupport.parkNanos(intervalNanos);
        }
    }

    /** A node that has lost some of its devices goes on with the others. */
    private static DiskHealth health(ShardStatus status, List<DeviceStatus> devices) {
        if (status.store().isFailed()) {
            return DiskHealth.FAILED;
        }
        boolean isDamaged = status.components().stream().anyMatch(c -> c.damaged());
        boolean isAnyOut = devices.stream().anyMatch(d -> d.state() != DeviceStatus.State.GOOD);
        return isDamaged || isAnyOut ? DiskHealth.DEGRADED : DiskHealth.GOOD;
    }

    @Override
    public void close() throws IOException {
        isClosed = true;
        LockSupport.unpark(looker);
        try {
            if (looker.getState() != Thread.State.NEW) {
                looker.join(Duration.ofSeconds(2));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (heartbeats.isPresent()) {
            heartbeats.get().close();
        }
    }
}
