package io.xsan.operator.reconcile;

import io.xsan.crds.CapacityStatus;
import io.xsan.crds.StorageNodeStatus;
import io.xsan.crds.XsanCluster;
import io.xsan.crds.XsanClusterStatus;
import io.xsan.operator.identity.Identity;
import io.xsan.operator.identity.StorageNode;
import io.xsan.protocol.v1.Node;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a look at a cluster found: its status, and figures of it; no figures where it is none. */
public record Outcome(XsanClusterStatus status, @Nullable Figures figures) {
    private static final int NAMED_MAX = 5;
    private static final long GIB = 1L << 30;

    /** For metrics. Bytes are those of all stores. */
    public record Figures(
            boolean isReachable,
            int nodes,
            int nodesReady,
            int nodesWithoutLease,
            int volumes,
            int volumesDegraded,
            int volumesPaused,
            long usableBytes,
            long freeBytes,
            Instant firstCertificateEnd) {}

    /** Where there is nothing to be seen yet; {@code clusterId} where the object has one. */
    static Outcome ofNothing(
            XsanCluster cluster, @Nullable String clusterId, Conditions conditions) {
        return new Outcome(
                new XsanClusterStatus(
                        cluster.getMetadata().getGeneration(),
                        clusterId,
                        List.of(),
                        null,
                        null,
                        null,
                        null,
                        null,
                        conditions.list()),
                null);
    }

    static Outcome of(XsanCluster cluster, Identity identity, Seen seen, Conditions conditions) {
        Health health = seen.health();
        List<StorageNode> nodes = identity.running();
        List<StorageNode> notReady =
                nodes.stream().filter(node -> !seen.datanodes().isReady(node)).toList();
        sayRedundancy(health, conditions);
        sayReady(notReady, seen, conditions);
        int ready = nodes.size() - notReady.size();
        int inSync = health.volumes().size() - health.behind().size();
        XsanClusterStatus status =
                new XsanClusterStatus(
                        cluster.getMetadata().getGeneration(),
                        identity.clusterId(),
                        nodes.stream().map(node -> nodeStatus(node, seen)).toList(),
                        ready + "/" + nodes.size(),
                        health.isReachable() ? inSync + "/" + health.volumes().size() : null,
                        health.answer() == null ? null : health.answer().getLeaderNode(),
                        health.answer() == null ? null : health.answer().getFeatureLevel(),
                        health.isReachable()
                                ? new CapacityStatus(
                                        quantity(health.usableBytes()),
                                        quantity(health.freeBytes()))
                                : null,
                        conditions.list());
        return new Outcome(status, figures(nodes.size(), ready, seen));
    }

    private static Figures figures(int nodes, int ready, Seen seen) {
        Health health = seen.health();
        return new Figures(
                health.isReachable(),
                nodes,
                ready,
                health.withoutLease().size(),
                health.volumes().size(),
                health.behind().size(),
                health.paused().size(),
                health.usableBytes(),
                health.freeBytes(),
                seen.firstCertificateEnd());
    }

    private static void sayRedundancy(Health health, Conditions conditions) {
        if (!health.isReachable()) {
            conditions.setUnknown("Redundant", "NoAnswer", "no datanode answers: " + health.why());
            return;
        }
        List<String> behind = health.behind();
        conditions.set(
                "Redundant",
                behind.isEmpty(),
                behind.isEmpty() ? "InSync" : "Degraded",
                behind.isEmpty()
                        ? "all components of " + health.volumes().size() + " volumes are in sync"
                        : behind.size() + " volumes lack copies: " + shortened(behind));
    }

    private static void sayReady(List<StorageNode> notReady, Seen seen, Conditions conditions) {
        Health health = seen.health();
        List<String> paused = health.paused();
        if (!health.isReachable()) {
            conditions.set(
                    "Ready",
                    false,
                    "NoAnswer",
                    "no datanode answers: " + health.why() + troubles(notReady, seen));
        } else if (!paused.isEmpty()) {
            conditions.set("Ready", false, "VolumesPaused", "nobody serves " + shortened(paused));
        } else if (!notReady.isEmpty()) {
            conditions.set(
                    "Ready",
                    false,
                    "DatanodesNotReady",
                    "datanodes "
                            + Rollout.numbers(notReady)
                            + " are not ready"
                            + troubles(notReady, seen));
        } else {
            conditions.set("Ready", true, "Ready", "all datanodes serve");
        }
    }

    private static String troubles(List<StorageNode> notReady, Seen seen) {
        List<String> troubles = new ArrayList<>();
        for (StorageNode node : notReady) {
            String trouble = seen.datanodes().trouble(node);
            if (!trouble.isEmpty()) {
                troubles.add(
                        "datanode " + node.number() + " on node " + node.name() + ": " + trouble);
            }
        }
        return troubles.isEmpty() ? "" : "; " + shortened(troubles);
    }

    private static String shortened(List<String> names) {
        int more = names.size() - NAMED_MAX;
        return more <= 0
                ? String.join(", ", names)
                : String.join(", ", names.subList(0, NAMED_MAX)) + " and " + more + " more";
    }

    private static StorageNodeStatus nodeStatus(StorageNode node, Seen seen) {
        Node known = seen.health().node(node.number()).orElse(null);
        boolean isReady = seen.datanodes().isReady(node);
        String trouble = seen.datanodes().trouble(node);
        String message =
                switch (node.future()) {
                    case LEAVES -> "is to leave: see the condition ScaledIn";
                    case STOPPED -> "is stopped";
                    case STAYS -> isReady ? "serves" : trouble.isEmpty() ? "starts" : trouble;
                };
        return new StorageNodeStatus(
                node.name(),
                node.number(),
                node.address(),
                known == null ? node.isMember() : known.getMember(),
                isReady,
                message);
    }

    private static String quantity(long bytes) {
        return "%.1fGi".formatted((double) bytes / GIB);
    }
}
