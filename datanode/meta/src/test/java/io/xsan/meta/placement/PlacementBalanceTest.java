package io.xsan.meta.placement;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.RingRecord;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlacementBalanceTest {
    private static final long SIZE_BYTES = 64 * Rings.GIB;
    private static final long BLOCKS = SIZE_BYTES >> 22;
    private static final int REPLICAS = 3;

    private final Map<NodeId, Double> load = new HashMap<>();
    private final long[] blocks = new long[100];

    @Test
    void twelveEqualNodesInFourDomainsCarryTheirShareWithinFifteenPercent() {
        for (long seed = 1; seed <= 3; seed++) {
            assertBalanced(Rings.nodes(4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1), seed);
        }
    }

    @Test
    void unequalNodesCarryTheirShareWithinFifteenPercent() {
        for (long seed = 1; seed <= 3; seed++) {
            assertBalanced(Rings.nodes(4, 1, 2, 1, 2, 2, 1, 2, 1, 1, 2, 1, 2), seed);
            assertBalanced(Rings.nodes(4, 4, 2, 3, 4, 2, 4, 3, 2, 3, 3, 3, 3), seed);
        }
    }

    @Test
    void unequalDomainsCarryTheirShareWithinFifteenPercent() {
        // Domains of 4, 4, 3 and 1 equal nodes: each can still take its share of three replicas.
        List<NodeRecord> nodes = new java.util.ArrayList<>();
        String[] domains = {"a", "a", "a", "a", "b", "b", "b", "b", "c", "c", "c", "d"};
        for (int i = 0; i < domains.length; i++) {
            nodes.add(Rings.node(i + 1, domains[i], 1024 * Rings.GIB));
        }
        assertBalanced(nodes, 1);
    }

    @Test
    void numberOfNodeSetsStaysSmall() {
        List<NodeRecord> nodes = Rings.nodes(4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
        Set<RingRecord> rings = new HashSet<>();
        Random random = new Random(7);
        for (int i = 0; i < 200; i++) {
            rings.add(select(nodes, new VolumeId(random.nextLong() >>> 1)));
        }
        assertTrue(rings.size() <= 16, "node sets: " + rings.size());
    }

    private void assertBalanced(List<NodeRecord> nodes, long seed) {
        load.clear();
        java.util.Arrays.fill(blocks, 0);
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            VolumeId volume = new VolumeId(random.nextLong() >>> 1);
            place(volume, select(nodes, volume));
        }
        double total = nodes.stream().mapToDouble(NodeRecord::usableBytes).sum();
        StringBuilder seen = new StringBuilder();
        double worst = 0;
        for (NodeRecord node : nodes) {
            double share = 200.0 * BLOCKS * REPLICAS * node.usableBytes() / total;
            double off = blocks[node.id().value()] / share - 1;
            worst = Math.max(worst, Math.abs(off));
            seen.append(String.format(" %s:%+.3f", node.id(), off));
        }
        assertTrue(worst <= 0.15, "seed " + seed + seen);
    }

    private RingRecord select(List<NodeRecord> nodes, VolumeId volume) {
        RingRecord ring =
                new RingSelection(nodes, REPLICAS, 6)
                        .select(volume, SIZE_BYTES, node -> load.getOrDefault(node, 0.0));
        double[] shares = RingShares.of(ring, REPLICAS);
        for (int i = 0; i < shares.length; i++) {
            load.merge(ring.members().get(i).node(), shares[i] * SIZE_BYTES, Double::sum);
        }
        return ring;
    }

    private void place(VolumeId volume, RingRecord ring) {
        BlockPlacement placement = new BlockPlacement(volume, ring, REPLICAS);
        int[] nodes = new int[REPLICAS];
        for (long block = 0; block < BLOCKS; block++) {
            int count = placement.replicasOf(block, nodes);
            for (int i = 0; i < count; i++) {
                blocks[nodes[i]]++;
            }
        }
    }
}
