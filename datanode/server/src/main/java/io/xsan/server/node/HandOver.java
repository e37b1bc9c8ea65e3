package io.xsan.server.node;

import io.grpc.StatusRuntimeException;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.base.log.Log;
import io.xsan.base.seam.Clock;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.meta.image.ComponentState;
import io.xsan.meta.image.VolumeRecord;
import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.v1.GetNodeStatusRequest;
import io.xsan.protocol.v1.NodeStatus;
import io.xsan.server.api.NodeView;
import io.xsan.server.api.Peers;
import io.xsan.server.api.Proposer;
import io.xsan.server.config.DatanodeConfig;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What a datanode does before it stops: its volumes go to datanodes with an up-to-date component,
 * each to the one that owns fewest, and it waits until they serve. The stopping node is still whole
 * meanwhile, so that the new owners open its components too and wait for nobody.
 */
final class HandOver {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final Set<String> SERVING = Set.of("SERVING", "CONFIRMED", "HOLDING");

    private final NodeView node;
    private final int self;
    private final Supplier<Set<Integer>> peersUp;
    private final Proposer proposer;
    private final Peers peers;
    private final Log log;

    HandOver(
            NodeView node,
            Supplier<Set<Integer>> peersUp,
            Proposer proposer,
            Peers peers,
            Log log) {
        this.node = node;
        this.self = node.config().cluster().nodeId();
        this.peersUp = peersUp;
        this.proposer = proposer;
        this.peers = peers;
        this.log = log;
    }

    /**
     * The volumes of this node, and who is to have them; those that nobody can have are left out.
     */
    static Map<VolumeId, Integer> plan(ClusterImage image, int self, Set<Integer> up) {
        Map<Integer, Integer> owned = new HashMap<>();
        image.volumes().values().forEach(v -> owned.merge(v.owner().value(), 1, Integer::sum));
        Map<VolumeId, Integer> plan = new LinkedHashMap<>();
        for (VolumeRecord volume : image.volumes().values()) {
            if (volume.owner().value() == self && !volume.deleting()) {
                volume.components().stream()
                        .filter(c -> c.state() == ComponentState.IN_SYNC)
                        .map(ComponentRecord::node)
                        .map(NodeId::value)
                        .filter(n -> n != self && up.contains(n))
                        .min(
                                Comparator.comparing((Integer n) -> owned.getOrDefault(n, 0))
                                        .thenComparing(n -> n))
                        .ifPresent(n -> {
                            plan.put(volume.id(), n);
                            owned.merge(n, 1, Integer::sum);
                        });
            }
        }
        return plan;
    }

    /**
     * Moves them, and those that come back because their new owner failed as well; returns when all
     * are served elsewhere, or at the deadline.
     */
    void volumes(long deadlineNanos, Clock clock) {
        Map<VolumeId, Integer> places = new LinkedHashMap<>();
        Set<VolumeId> moving = ConcurrentHashMap.newKeySet();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        Set<VolumeId> left = start(places, moving, threads);
        while (!left.isEmpty() && clock.nanoTime() - deadlineNanos < 0) {
            LockSupport.parkNanos(LOOK_NANOS);
            left = start(places, moving, threads);
        }
        threads.shutdownNow();
        if (!places.isEmpty()) {
            log.info("hand-over-ended", "volumes", places.size(), "left", left.size());
        }
    }

    /** Starts the moves that can be; the volumes that others could have and do not serve yet. */
    private Set<VolumeId> start(
            Map<VolumeId, Integer> places, Set<VolumeId> moving, ExecutorService threads) {
        ClusterImage image = node.image();
        Set<Integer> up = peersUp.get();
        Set<VolumeId> left = new LinkedHashSet<>(plan(image, self, up).keySet());
        if (!left.isEmpty()) {
            plan(node.image(), self, ready(up))
                    .forEach((volume, to) -> {
                        if (moving.add(volume)) {
                            places.put(volume, to);
                            threads.execute(() -> move(volume, to, moving));
                        }
                    });
        }
        Set<VolumeId> served = served(places);
        places.forEach((volume, to) -> {
            // Where a whole cluster stops, the node that it was meant for has ended.
            boolean isExpected = up.contains(to) && image.volume(volume).isPresent();
            if (isExpected && !served.contains(volume)) {
                left.add(volume);
            }
        });
        return left;
    }

    /** Those with a lease: one that has just been started has links before it can own anything. */
    private Set<Integer> ready(Set<Integer> up) {
        return up.stream()
                .filter(peer -> status(peer).filter(NodeStatus::getHasLease).isPresent())
                .collect(Collectors.toSet());
    }

    private void move(VolumeId volume, int to, Set<VolumeId> moving) {
        log.info("hand-over", "volume", volume, "to", to);
        try {
            if (proposer.propose(new Command.MoveVolume(volume, new NodeId(to)))
                    instanceof Result.Done done) {
                node.awaitImage(done.index());
            }
        } catch (StatusRuntimeException e) {
            log.warn("not-handed-over", "volume", volume, "reason", String.valueOf(e.getMessage()));
        }
        moving.remove(volume);
    }

    private Set<VolumeId> served(Map<VolumeId, Integer> plan) {
        Set<VolumeId> served = new LinkedHashSet<>();
        for (int to : new LinkedHashSet<>(plan.values())) {
            boolean isMoved =
                    plan.entrySet().stream()
                            .anyMatch(e -> e.getValue() == to && isOwner(e.getKey(), to));
            if (isMoved) {
                served.addAll(servedBy(to));
            }
        }
        return served;
    }

    private boolean isOwner(VolumeId volume, int owner) {
        return node.image().volume(volume).filter(v -> v.owner().value() == owner).isPresent();
    }

    private List<VolumeId> servedBy(int owner) {
        return status(owner).stream()
                .flatMap(status -> status.getEnginesList().stream())
                .filter(engine -> SERVING.contains(engine.getState()))
                .map(engine -> VolumeId.parse(engine.getVolumeId()))
                .toList();
    }

    private Optional<NodeStatus> status(int peer) {
        try {
            GetNodeStatusRequest request = GetNodeStatusRequest.getDefaultInstance();
            return Optional.of(peers.client(peer).call(s -> s.getNodeStatus(request)));
        } catch (ApiException | NoSuchElementException e) {
            log.debug("hand-over-unseen", "node", peer, "reason", String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    /** The member that may lead the metadata next. */
    Optional<Integer> successor(List<DatanodeConfig.Member> members) {
        Set<Integer> up = peersUp.get();
        return members.stream()
                .map(DatanodeConfig.Member::nodeId)
                .filter(member -> member != self && up.contains(member))
                .findFirst();
    }
}
