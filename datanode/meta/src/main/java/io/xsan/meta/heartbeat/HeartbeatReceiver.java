package io.xsan.meta.heartbeat;

import io.xsan.base.Check;
import io.xsan.base.NodeId;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.NodeRecord;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What this node has heard of the others. Takes datagrams that are lost, doubled, late, in any
 * order or forged: only a newer heartbeat of the registered incarnation of a known node counts.
 * Silence is a hint, never a reason to take anything away. One thread.
 */
public final class HeartbeatReceiver {
    /** Intervals without a heartbeat after which a node is silent. */
    public static final int MISSED_MAX = 5;

    private final HeartbeatCodec codec;
    private final long silentAfterNanos;
    private final Map<NodeId, Peer> peers = new TreeMap<>();
    private final Map<Verdict, Long> counts = new EnumMap<>(Verdict.class);

    /** What became of a datagram. */
    public enum Verdict {
        /** Newer than all before it. */
        COUNTED,
        /** Doubled or overtaken. */
        OLD,
        /** Of a node that the metadata does not know, or of another incarnation of it. */
        UNKNOWN_NODE,
        /** Not a heartbeat of this cluster. */
        FOREIGN,
        /** Damaged, or sealed with another key. */
        FORGED
    }

    private static final class Peer {
        private final long incarnation;
        private long heardNanos;
        private Optional<HeartbeatReport> last = Optional.empty();

        private Peer(long incarnation, long nowNanos) {
            this.incarnation = incarnation;
            this.heardNanos = nowNanos;
        }
    }

    /** A receiver that expects a heartbeat of each node every {@code intervalNanos}. */
    public HeartbeatReceiver(HeartbeatCodec codec, long intervalNanos) {
        Check.that(intervalNanos > 0, "heartbeat interval", intervalNanos);
        this.codec = codec;
        this.silentAfterNanos = intervalNanos * MISSED_MAX;
    }

    /**
     * Follows the metadata: new nodes and incarnations get the time of {@code nowNanos} to be heard
     * first, nodes that are gone are forgotten.
     */
    public void onImage(ClusterImage image, long nowNanos) {
        peers.keySet().retainAll(image.nodes().keySet());
        for (NodeRecord node : image.nodes().values()) {
            Peer peer = peers.get(node.id());
            if (peer == null || peer.incarnation != node.incarnation()) {
                peers.put(node.id(), new Peer(node.incarnation(), nowNanos));
            }
        }
    }

    /** Takes a datagram, whatever is in it. */
    public Verdict onDatagram(byte[] datagram, long nowNanos) {
        Verdict verdict =
                switch (codec.decode(datagram)) {
                    case HeartbeatCodec.Received.Heartbeat(HeartbeatReport report) ->
                            onReport(report, nowNanos);
                    case HeartbeatCodec.Received.Rejected(HeartbeatCodec.Fault fault) ->
                            switch (fault) {
                                case FOREIGN, WRONG_CLUSTER -> Verdict.FOREIGN;
                                case FORGED, OUT_OF_RANGE -> Verdict.FORGED;
                            };
                };
        counts.merge(verdict, 1L, Long::sum);
        return verdict;
    }

    /** True if nothing was heard of a known node for {@link #MISSED_MAX} intervals. */
    public boolean isSilent(NodeId node, long nowNanos) {
        Peer peer = peers.get(node);
        return peer != null && nowNanos - peer.heardNanos > silentAfterNanos;
    }

    /** The last report of a node's present incarnation. */
    public Optional<HeartbeatReport> report(NodeId node) {
        Peer peer = peers.get(node);
        return peer == null ? Optional.empty() : peer.last;
    }

    /** All nodes of whose present incarnation something was heard. */
    public Map<NodeId, HeardNode> heard(long nowNanos) {
        Map<NodeId, HeardNode> heard = new TreeMap<>();
        peers.forEach((node, peer) ->
                peer.last.ifPresent(report ->
                        heard.put(
                                node,
                                new HeardNode(peer.heardNanos, isSilent(node, nowNanos), report))));
        return heard;
    }

    /** Datagrams so far that became {@code verdict}. */
    public long count(Verdict verdict) {
        return counts.getOrDefault(verdict, 0L);
    }

    private Verdict onReport(HeartbeatReport report, long nowNanos) {
        Peer peer = peers.get(report.node());
        if (peer == null || peer.incarnation != report.incarnation()) {
            return Verdict.UNKNOWN_NODE;
        }
        long newest = peer.last.map(HeartbeatReport::sequence).orElse(0L);
        if (report.sequence() <= newest) {
            return Verdict.OLD;
        }
        peer.last = Optional.of(report);
        peer.heardNanos = nowNanos;
        return Verdict.COUNTED;
    }
}
