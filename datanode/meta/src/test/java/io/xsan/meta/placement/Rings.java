package io.xsan.meta.placement;

import io.xsan.base.NodeId;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.RingRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Nodes and rings for tests. */
final class Rings {
    static final long GIB = 1L << 30;

    private Rings() {}

    static NodeRecord node(int id, String domain, long usableBytes) {
        return new NodeRecord(
                new NodeId(id), 1, 100 + id, "127.0.0." + id, 7480, domain, usableBytes, 1);
    }

    /** Nodes 1.. of 1 TiB times their factor, dealt over {@code domains} domains in turn. */
    static List<NodeRecord> nodes(int domains, int... factors) {
        List<NodeRecord> nodes = new ArrayList<>();
        for (int i = 0; i < factors.length; i++) {
            nodes.add(node(i + 1, "d" + i % domains, factors[i] * 1024 * GIB));
        }
        return nodes;
    }

    /** A ring of nodes 1.. of equal weight, dealt over {@code domains} domains in turn. */
    static RingRecord ring(int nodes, int domains) {
        return new RingRecord(
                1,
                IntStream.rangeClosed(1, nodes)
                        .mapToObj(i ->
                                new RingRecord.Member(new NodeId(i), 1000, "d" + (i - 1) % domains))
                        .toList());
    }
}
