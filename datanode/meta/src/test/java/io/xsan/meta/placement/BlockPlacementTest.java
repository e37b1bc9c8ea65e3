package io.xsan.meta.placement;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.meta.image.RingRecord;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BlockPlacementTest {
    private static final VolumeId VOLUME = new VolumeId(0x1234567890abcdefL);
    private static final int BLOCKS = 20_000;
    private static final String GOLDEN =
            "[5, 6, 3][4, 2, 3][5, 2, 3][3, 6, 4][6, 5, 3][2, 3, 5][1, 4, 2]70feebe5fc1398f9;"
                    + "[11, 300][12, 7][7, 12][7, 12][12, 7][7, 12][300, 7]5e7f63fadecfc42d;";

    @Test
    void everyBlockIsOnAllThreeOfThreeNodes() {
        BlockPlacement placement = new BlockPlacement(VOLUME, Rings.ring(3, 3), 3);
        int[] nodes = new int[3];
        for (int block = 0; block < BLOCKS; block++) {
            assertEquals(3, placement.replicasOf(block, nodes));
            int[] sorted = nodes.clone();
            Arrays.sort(sorted);
            assertArrayEquals(new int[] {1, 2, 3}, sorted);
        }
    }

    @Test
    void replicasAreInDistinctDomainsAsFarAsThereAreEnough() {
        for (int domains = 1; domains <= 7; domains++) {
            for (int replicas = 1; replicas <= 5; replicas++) {
                assertSpread(Rings.ring(7, domains), replicas);
            }
        }
    }

    @Test
    void replicasAreSpreadOverUnevenDomains() {
        Random random = new Random(42);
        for (int round = 0; round < 50; round++) {
            List<RingRecord.Member> members = new ArrayList<>();
            for (int i = 0; i < 1 + random.nextInt(8); i++) {
                members.add(
                        new RingRecord.Member(
                                new NodeId(i + 1),
                                1 + random.nextInt(1000),
                                "d" + random.nextInt(3)));
            }
            assertSpread(new RingRecord(1, members), 1 + random.nextInt(5));
        }
    }

    @Test
    void findingTheNodesOfABlockAllocatesNothing() {
        BlockPlacement placement = new BlockPlacement(VOLUME, Rings.ring(6, 4), 3);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int[] nodes = new int[3];
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int block = 0; block < BLOCKS; block++) {
                placement.replicasOf(block, nodes);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertTrue(least < BLOCKS, "bytes allocated: " + least);
    }

    @Test
    void everyBlockLiesOnAnArc() {
        BlockPlacement placement = new BlockPlacement(VOLUME, Rings.ring(6, 4), 3);
        int[] nodes = new int[3];
        Set<List<Integer>> ofArcs = new HashSet<>();
        for (int arc = 0; arc < placement.arcs(); arc++) {
            placement.replicasOfArc(arc, nodes);
            ofArcs.add(Arrays.stream(nodes).boxed().toList());
        }
        for (int block = 0; block < BLOCKS; block++) {
            placement.replicasOf(block, nodes);
            assertTrue(ofArcs.contains(Arrays.stream(nodes).boxed().toList()));
        }
    }

    @Test
    void nodeThatJoinsTakesItsShareAndMovesLittleElse() {
        for (int size : new int[] {4, 6, 12}) {
            assertMovement(Rings.ring(size, size), Rings.ring(size + 1, size + 1), 1.15);
        }
        // Here a domain gets a third of all weight: every block must reach it, which reorders
        // walks.
        assertMovement(Rings.ring(8, 4), Rings.ring(9, 4), 2.6);
    }

    @Test
    void nodeThatLeavesGivesItsShareAndMovesLittleElse() {
        for (int size : new int[] {5, 7, 13}) {
            assertMovement(Rings.ring(size, size), Rings.ring(size - 1, size - 1), 1.15);
        }
        assertMovement(Rings.ring(9, 4), Rings.ring(8, 4), 2.6);
    }

    @Test
    void nodeReplacedByAnEqualOneOfItsDomainMovesItsShareAndLittleElse() {
        List<RingRecord.Member> members = new ArrayList<>(Rings.ring(6, 4).members());
        members.set(4, new RingRecord.Member(new NodeId(9), 1000, "d0"));
        // Some blocks change between the domain's two nodes, since their points interleave anew.
        assertMovement(Rings.ring(6, 4), new RingRecord(2, members), 1.4);
    }

    @Test
    void placesOfBlocksNeverChange() {
        List<RingRecord.Member> uneven =
                List.of(
                        new RingRecord.Member(new NodeId(7), 1000, "a"),
                        new RingRecord.Member(new NodeId(11), 500, "b"),
                        new RingRecord.Member(new NodeId(300), 250, "c"),
                        new RingRecord.Member(new NodeId(65535), 1, "c"),
                        new RingRecord.Member(new NodeId(12), 777, "b"));
        assertEquals(GOLDEN, golden(Rings.ring(6, 4), 3) + golden(new RingRecord(1, uneven), 2));
    }

    private static String golden(RingRecord ring, int replicas) {
        BlockPlacement placement = new BlockPlacement(VOLUME, ring, replicas);
        StringBuilder text = new StringBuilder();
        int[] nodes = new int[replicas];
        for (long block : new long[] {0, 1, 2, 3, 1000, 16_383, 1L << 40}) {
            int count = placement.replicasOf(block, nodes);
            text.append(Arrays.toString(Arrays.copyOf(nodes, count)));
        }
        long hash = 0;
        for (long block = 0; block < BLOCKS; block++) {
            placement.replicasOf(block, nodes);
            hash = hash * 31 + Arrays.hashCode(nodes);
        }
        return text.append(Long.toHexString(hash)).append(';').toString();
    }

    @Test
    void orderOfMembersInTheRecordDoesNotMatter() {
        RingRecord ring = Rings.ring(6, 4);
        RingRecord reversed = new RingRecord(1, ring.members().reversed());
        BlockPlacement one = new BlockPlacement(VOLUME, ring, 3);
        BlockPlacement two = new BlockPlacement(VOLUME, reversed, 3);
        int[] first = new int[3];
        int[] second = new int[3];
        int differing = 0;
        for (int block = 0; block < BLOCKS; block++) {
            one.replicasOf(block, first);
            two.replicasOf(block, second);
            differing += Arrays.equals(first, second) ? 0 : 1;
        }
        // Points of equal hash are told apart by the order: one in millions.
        assertTrue(differing < BLOCKS / 1000, "differing " + differing);
    }

    private static void assertSpread(RingRecord ring, int replicas) {
        BlockPlacement placement = new BlockPlacement(VOLUME, ring, replicas);
        int[] domains = RingShares.domains(ring);
        long domainCount = Arrays.stream(domains).distinct().count();
        int expected = Math.min(replicas, ring.members().size());
        int[] nodes = new int[5];
        for (int block = 0; block < 2_000; block++) {
            assertEquals(expected, placement.replicasOf(block, nodes));
            Set<Integer> distinct = new HashSet<>();
            Set<String> inDomains = new HashSet<>();
            for (int i = 0; i < expected; i++) {
                NodeId node = new NodeId(nodes[i]);
                distinct.add(nodes[i]);
                ring.members().stream()
                        .filter(m -> m.node().equals(node))
                        .forEach(m -> inDomains.add(m.domain()));
            }
            assertEquals(expected, distinct.size());
            assertEquals(Math.min(expected, domainCount), inDomains.size());
        }
    }

    /** Blocks' replicas that are on new nodes, against the share that had to move. */
    private static void assertMovement(RingRecord from, RingRecord to, double boundFactor) {
        int larger = Math.max(from.members().size(), to.members().size());
        double needed = 3.0 / larger;
        double moved = 0;
        for (int v = 1; v <= 20; v++) {
            VolumeId volume = new VolumeId(v);
            BlockPlacement before = new BlockPlacement(volume, from, 3);
            BlockPlacement after = new BlockPlacement(volume, to, 3);
            int[] old = new int[3];
            int[] now = new int[3];
            for (int block = 0; block < 2_000; block++) {
                before.replicasOf(block, old);
                after.replicasOf(block, now);
                for (int node : now) {
                    moved += Arrays.stream(old).anyMatch(n -> n == node) ? 0 : 1;
                }
            }
        }
        double share = moved / (20 * 2_000);
        assertTrue(
                share <= needed * boundFactor,
                "moved " + share + " of a block's replicas, needed " + needed);
    }
}
