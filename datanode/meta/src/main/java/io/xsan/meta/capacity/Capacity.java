package io.xsan.meta.capacity;

import io.xsan.base.Check;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.VolumeRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Space for volumes of one number of replicas, in bytes of volumes (not of devices).
 *
 * <p>{@code totalBytes} is what the nodes' stores hold after their cleaner's reserve (a node's
 * usable bytes are given without it) with every copy in another failure domain, as far as there are
 * enough, and after the <em>rebuild reserve</em>: as if the largest node were gone, so that what it
 * held can be rebuilt on the others. With no more nodes than replicas nothing could be rebuilt
 * anywhere, and nothing is reserved. {@code promisedBytes} is the sum of the volumes' sizes,
 * counted in copies and divided by {@code replicas}: volumes are thin, so it may be up to {@link
 * #OVERCOMMIT_PERCENT} of the total.
 */
public record Capacity(int replicas, long totalBytes, long promisedBytes) {
    /** How much of the total may be promised to volumes. */
    public static final int OVERCOMMIT_PERCENT = 200;

    /** The capacity of a cluster for volumes of {@code replicas} copies. */
    public static Capacity of(ClusterImage image, int replicas) {
        Check.that(replicas >= 1, "replicas", replicas);
        long copies = 0;
        for (VolumeRecord volume : image.volumes().values()) {
            copies += volume.sizeBytes() * volume.promisedReplicas();
        }
        return new Capacity(
                replicas, totalBytes(image.placementNodes(), replicas), copies / replicas);
    }

    /** What may still be promised to volumes. */
    public long freeBytes() {
        return Math.max(0, totalBytes / 100 * OVERCOMMIT_PERCENT - promisedBytes);
    }

    /** Promised part of the total, in percent; 0 where there is neither. */
    public long promisedPercent() {
        if (totalBytes == 0) {
            return promisedBytes == 0 ? 0 : Long.MAX_VALUE;
        }
        return promisedBytes / Math.max(1, totalBytes / 100);
    }

    private static long totalBytes(List<NodeRecord> nodes, int replicas) {
        if (nodes.size() < replicas) {
            return 0;
        }
        long total = placeableBytes(nodes, replicas);
        if (nodes.size() == replicas) {
            return total;
        }
        Map<String, NodeRecord> largest = new TreeMap<>();
        for (NodeRecord node : nodes) {
            largest.merge(
                    node.domain(),
                    node,
                    (one, two) -> one.usableBytes() >= two.usableBytes() ? one : two);
        }
        for (NodeRecord lost : largest.values()) {
            List<NodeRecord> rest = new ArrayList<>(nodes);
            rest.remove(lost);
            total = Math.min(total, placeableBytes(rest, replicas));
        }
        return total;
    }

    /** The most volume bytes of which {@code replicas} copies can be spread over the nodes. */
    private static long placeableBytes(Collection<NodeRecord> nodes, int replicas) {
        Map<String, List<Long>> domains = new TreeMap<>();
        long sum = 0;
        for (NodeRecord node : nodes) {
            domains.computeIfAbsent(node.domain(), _ -> new ArrayList<>()).add(node.usableBytes());
            sum += node.usableBytes();
        }
        // So many copies of a block a domain may have to take if there are few domains.
        int copiesPerDomain = (replicas + domains.size() - 1) / domains.size();
        long low = 0;
        long high = sum / replicas;
        while (low < high) {
            long middle = low + (high - low + 1) / 2;
            if (holds(domains.values(), middle, replicas, copiesPerDomain)) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** True if {@code bytes} of volumes fit: no node holds a block twice. */
    private static boolean holds(
            Collection<List<Long>> domains, long bytes, int replicas, int copiesPerDomain) {
        long held = 0;
        for (List<Long> nodes : domains) {
            long inDomain = 0;
            for (long usableBytes : nodes) {
                inDomain += Math.min(usableBytes, bytes);
            }
            held += Math.min(inDomain, bytes * copiesPerDomain);
        }
        return held >= bytes * replicas;
    }
}
