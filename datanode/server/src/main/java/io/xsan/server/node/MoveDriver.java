package io.xsan.server.node;

import io.grpc.StatusRuntimeException;
import io.xsan.base.NodeId;
import io.xsan.base.log.Log;
import io.xsan.meta.command.Command;
import io.xsan.meta.heartbeat.DiskHealth;
import io.xsan.meta.heartbeat.HeardNode;
import io.xsan.meta.heartbeat.HeartbeatReport;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.placement.MovePolicy;
import io.xsan.meta.placement.Rebalance;
import io.xsan.server.api.NodeView;
import io.xsan.server.api.Proposer;
import io.xsan.store.StoreStatus;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * On the leader of the metadata: proposes what {@link MovePolicy} says, once a second, and where
 * nothing has to move, what {@link Rebalance} says. A node is lost when nothing was heard of it for
 * {@code rebuild_delay} since this node leads, or when its disks have failed.
 */
final class MoveDriver implements AutoCloseable {
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final NodeView node;
    private final Proposer proposer;
    private final Log log;
    private final long rebuildDelayNanos;
    private final Map<NodeId, Long> silentSinceNanos = new HashMap<>();
    private final Thread thread;
    private long movedNanos;
    private volatile boolean isEnded;

    MoveDriver(NodeView node, Proposer proposer, Log log) {
        this.node = node;
        this.proposer = proposer;
        this.log = log;
        this.rebuildDelayNanos = node.config().cluster().rebuildDelay().toNanos();
        this.movedNanos = node.nanoTime();
        this.thread = Thread.ofPlatform().name("xsan-moves").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        while (!isEnded) {
            LockSupport.parkNanos(PAUSE_NANOS);
            ClusterImage image = node.image();
            if (isEnded || !image.isFormed() || !isLeader()) {
                silentSinceNanos.clear();
                continue;
            }
            List<Command> commands = new MovePolicy(image, lost(image)).next();
            commands.forEach(this::propose);
            if (commands.isEmpty()) {
                rebalance(image);
            }
        }
    }

    /** Some time after the last move: what nodes tell of their space has to show it. */
    private void rebalance(ClusterImage image) {
        long now = node.nanoTime();
        if (image.volumes().values().stream().anyMatch(v -> v.move().isPresent())) {
            movedNanos = now;
        }
        if (now - movedNanos < SETTLE_NANOS) {
            return;
        }
        new Rebalance(image, use(image), node.config().cluster().rebalancePercent())
                .next()
                .ifPresent(this::propose);
    }

    /** What is used of the stores of those that are well. */
    private Map<NodeId, Rebalance.Use> use(ClusterImage image) {
        Map<NodeId, Rebalance.Use> use = new HashMap<>();
        for (NodeRecord record : image.storageNodes()) {
            HeardNode heard = node.heard().get(record.id());
            if (isSelf(record.id())) {
                StoreStatus store = node.shardStatus().store();
                long free = Math.max(0, store.freeBytes());
                use.put(
                        record.id(),
                        new Rebalance.Use(store.usableBytes() - free, store.usableBytes()));
            } else if (heard != null
                    && !heard.isSilent()
                    && heard.report().disks() == DiskHealth.GOOD) {
                HeartbeatReport told = heard.report();
                use.put(
                        record.id(),
                        new Rebalance.Use(
                                told.usableBytes() - told.freeBytes(), told.usableBytes()));
            }
        }
        return use;
    }

    private boolean isSelf(NodeId id) {
        return id.value() == node.config().cluster().nodeId();
    }

    private boolean isLeader() {
        return node.leaderNode() == node.config().cluster().nodeId();
    }

    private void propose(Command command) {
        try {
            proposer.propose(command);
            log.info("move-started", "command", command);
        } catch (StatusRuntimeException e) {
            // Decided on an image that was out of date, or no leader any more: looked at again.
            log.debug("move-refused", "command", command, "reason", e.getStatus());
        }
    }

    private Set<NodeId> lost(ClusterImage image) {
        Set<NodeId> lost = new HashSet<>();
        for (NodeRecord record : image.storageNodes()) {
            Optional<HeardNode> heard = Optional.ofNullable(node.heard().get(record.id()));
            if (isLost(record.id(), heard)) {
                lost.add(record.id());
            }
        }
        return lost;
    }

    private boolean isLost(NodeId id, Optional<HeardNode> heard) {
        if (isSelf(id) || heard.isPresent() && !heard.get().isSilent()) {
            silentSinceNanos.remove(id);
            return heard.isPresent() && heard.get().report().disks() == DiskHealth.FAILED;
        }
        long now = node.nanoTime();
        return now - silentSinceNanos.computeIfAbsent(id, n -> now) >= rebuildDelayNanos;
    }

    @Override
    public void close() {
        isEnded = true;
        LockSupport.unpark(thread);
    }
}
