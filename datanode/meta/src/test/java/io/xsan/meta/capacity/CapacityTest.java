package io.xsan.meta.capacity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xsan.base.ClusterId;
import io.xsan.base.NodeId;
import io.xsan.meta.command.Command;
import io.xsan.meta.decide.Decider;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.NodeRecord;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CapacityTest {
    private ClusterImage image =
            Decider.decide(
                            ClusterImage.UNFORMED,
                            1,
                            new Command.FormCluster(new ClusterId(1, 1), 1))
                    .image();

    @Test
    void threeNodesWithThreeReplicasHoldWhatTheSmallestHolds() {
        nodes("abc", 100, 80, 120);
        assertEquals(80, Capacity.of(image, 3).totalBytes());
        assertEquals(80 / 100 * 200, Capacity.of(image, 3).freeBytes());
    }

    @Test
    void largestNodeIsReservedForRebuildWhereThereAreMoreNodesThanReplicas() {
        nodes("abcd", 100, 100, 100, 400);
        assertEquals(100, Capacity.of(image, 3).totalBytes());
        assertEquals(150, Capacity.of(image, 2).totalBytes());
        assertEquals(300, Capacity.of(image, 1).totalBytes());
    }

    @Test
    void copiesOfABlockAreInDistinctDomainsWhileThereAreEnough() {
        nodes("aaabbc", 100, 100, 100, 100, 100, 100);
        assertEquals(200, Capacity.of(image, 2).totalBytes());
        assertEquals(100, Capacity.of(image, 3).totalBytes());
    }

    @Test
    void fewerDomainsThanReplicasHoldSeveralCopiesEach() {
        nodes("aabb", 100, 100, 100, 100);
        assertEquals(100, Capacity.of(image, 3).totalBytes());
    }

    @Test
    void noNodesHoldNothing() {
        assertEquals(0, Capacity.of(image, 1).freeBytes());
        nodes("a", 100);
        assertEquals(0, Capacity.of(image, 2).totalBytes());
        assertEquals(100, Capacity.of(image, 1).totalBytes());
    }

    @Test
    void hugeNodesDoNotOverflow() {
        long[] sizes = new long[20];
        Arrays.fill(sizes, 1L << 50);
        nodes("abcdefghijklmnopqrst", sizes);
        assertEquals(19L << 50, Capacity.of(image, 1).totalBytes());
        assertTrue(Capacity.of(image, 1).freeBytes() > 37L << 50);
    }

    private void nodes(String domains, long... usableBytes) {
        for (int i = 0; i < usableBytes.length; i++) {
            NodeRecord node =
                    new NodeRecord(
                            new NodeId(i + 1),
                            1,
                            i + 1,
                            "h",
                            7480,
                            domains.substring(i, i + 1),
                            usableBytes[i],
                            1);
            image =
                    Decider.decide(image, image.index() + 1, new Command.RegisterNode(node))
                            .image();
        }
    }
}
