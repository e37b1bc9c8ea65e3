package io.xsan.meta.placement;

import io.xsan.base.Check;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.RingRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * Chooses the nodes that a new volume is spread over. The candidates are a small number of node
 * sets that hang on the cluster's nodes alone (as in copysets: few sets whose joint loss costs
 * data), each over as many failure domains as the replicas need; of these the volume gets the one
 * whose nodes have least to carry, and its id decides between equals.
 */
public final class RingSelection {
    /** Weight of the largest node. */
    public static final int WEIGHT_MAX = 1000;

    /** How often each node is in a candidate, at least: more spreads better, fewer is safer. */
    private static final int PASSES = 8;

    private final Map<NodeId, NodeRecord> nodes = new TreeMap<>();
    private final int replicas;
    private final int width;
    private final long largestBytes;
    private final int domainsWanted;

    /**
     * A selection among {@code nodes}, each of which has a store, for volumes of {@code replicas}
     * copies spread over {@code width} nodes. There are at least {@code width} nodes.
     */
    public RingSelection(Collection<NodeRecord> nodes, int replicas, int width) {
        nodes.forEach(node -> this.nodes.put(node.id(), node));
        Check.that(replicas >= 1 && replicas <= width, "replicas fit width", replicas, width);
        Check.that(width <= this.nodes.size(), "width fits nodes", width, this.nodes.size());
        Check.that(width <= BlockPlacement.MEMBERS_MAX, "width", width);
        this.replicas = replicas;
        this.width = width;
        this.largestBytes =
                this.nodes.values().stream().mapToLong(NodeRecord::usableBytes).max().orElse(0);
        long domains = this.nodes.values().stream().map(NodeRecord::domain).distinct().count();
        this.domainsWanted = (int) Math.min(domains, replicas);
    }

    /**
     * Ring version 1 of {@code volume} of {@code sizeBytes}. {@code loadBytes} tells what the
     * volumes there are already ask of each node. The same arguments give the same ring, always.
     */
    public RingRecord select(VolumeId volume, long sizeBytes, ToDoubleFunction<NodeId> loadBytes) {
        RingRecord best = null;
        double bestCost = Double.POSITIVE_INFINITY;
        long bestTie = 0;
        for (RingRecord candidate : candidates()) {
            double cost = cost(candidate, sizeBytes, loadBytes);
            long tie = volume.value();
            for (RingRecord.Member member : candidate.members()) {
                tie = Mix.of(tie, member.node().value());
            }
            if (best == null || cost < bestCost || (cost == bestCost && tie < bestTie)) {
                best = candidate;
                bestCost = cost;
                bestTie = tie;
            }
        }
        return Objects.requireNonNull(best);
    }

    /** The candidates, in a fixed order. */
    List<RingRecord> candidates() {
        List<RingRecord> result = new ArrayList<>();
        int sets = nodes.size() == width ? 1 : PASSES * ((nodes.size() + width - 1) / width);
        Map<NodeId, Integer> uses = new HashMap<>();
        for (int set = 0; set < sets; set++) {
            RingRecord ring = candidate(set, uses);
            if (!result.contains(ring)) {
                result.add(ring);
            }
        }
        return result;
    }

    private RingRecord candidate(int set, Map<NodeId, Integer> uses) {
        TreeMap<NodeId, NodeRecord> chosen = new TreeMap<>();
        Map<String, Integer> domainUses = new HashMap<>();
        while (chosen.size() < width) {
            boolean needsDomain = domainUses.size() < domainsWanted;
            NodeRecord next =
                    nodes.values().stream()
                            .filter(node -> !chosen.containsKey(node.id()))
                            .filter(n -> !needsDomain || !domainUses.containsKey(n.domain()))
                            .min(order(set, uses, domainUses))
                            .orElseThrow();
            chosen.put(next.id(), next);
            domainUses.merge(next.domain(), 1, Integer::sum);
            uses.merge(next.id(), 1, Integer::sum);
        }
        return new RingRecord(
                1,
                chosen.values().stream()
                        .map(n ->
                                new RingRecord.Member(n.id(), weight(n, largestBytes), n.domain()))
                        .toList());
    }

    private static Comparator<NodeRecord> order(
            int set, Map<NodeId, Integer> uses, Map<String, Integer> domainUses) {
        return Comparator.<NodeRecord>comparingInt(n -> uses.getOrDefault(n.id(), 0))
                .thenComparingInt(n -> domainUses.getOrDefault(n.domain(), 0))
                .thenComparingLong(n -> Mix.of(set, n.id().value()))
                .thenComparing(NodeRecord::id);
    }

    /** The weight of a node where the largest has {@code largestBytes}. */
    static int weight(NodeRecord node, long largestBytes) {
        double part = (double) node.usableBytes() / Math.max(1, largestBytes);
        return Math.max(1, (int) Math.round(WEIGHT_MAX * part));
    }

    /**
     * What this choice adds to the sum of load squared per weight over all nodes: least where the
     * load goes to those that have least of it.
     */
    private double cost(RingRecord ring, long sizeBytes, ToDoubleFunction<NodeId> loadBytes) {
        double[] shares = RingShares.of(ring, replicas);
        double cost = 0;
        for (int i = 0; i < shares.length; i++) {
            RingRecord.Member member = ring.members().get(i);
            double added = shares[i] * sizeBytes;
            double load = loadBytes.applyAsDouble(member.node());
            cost += (2 * load + added) * added / member.weight();
        }
        return cost;
    }
}
