package io.xsan.meta.placement;

import io.xsan.base.Check;
import io.xsan.base.NodeId;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.MoveRecord;
import io.xsan.meta.image.RingRecord;
import io.xsan.meta.image.VolumeRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which part of a volume's blocks each member of its ring is to carry: in proportion to weights,
 * but no failure domain carries a block twice while there are domains enough.
 */
public final class RingShares {
    private RingShares() {}

    /**
     * For each member, in the ring's order, the part of all blocks that it carries, 0 to 1. They
     * add up to {@code replicas} (or to the number of members if there are fewer).
     */
    public static double[] of(RingRecord ring, int replicas) {
        List<RingRecord.Member> members = ring.members();
        int[] domains = domains(ring);
        double[] domainShares = domainShares(members, domains, replicas);
        double[] result = new double[members.size()];
        for (int d = 0; d < domainShares.length; d++) {
            double[] weights = new double[members.size()];
            for (int i = 0; i < weights.length; i++) {
                weights[i] = domains[i] == d ? members.get(i).weight() : 0;
            }
            double[] parts = capped(weights, domainShares[d]);
            for (int i = 0; i < parts.length; i++) {
                result[i] += parts[i];
            }
        }
        return result;
    }

    /** The bytes of volumes that each node is to carry, on the rings that the volumes go to. */
    public static Map<NodeId, Double> load(ClusterImage image) {
        Map<NodeId, Double> load = new HashMap<>();
        for (VolumeRecord volume : image.volumes().values()) {
            RingRecord ring = volume.move().map(MoveRecord::ring).orElse(volume.ring());
            int replicas = volume.move().map(MoveRecord::policy).orElse(volume.policy()).replicas();
            double[] shares = of(ring, replicas);
            for (int i = 0; i < shares.length; i++) {
                double bytes = shares[i] * volume.sizeBytes();
                load.merge(ring.members().get(i).node(), bytes, Double::sum);
            }
        }
        return load;
    }

    /** Index of the failure domain of each member, by first appearance. */
    static int[] domains(RingRecord ring) {
        List<String> names = new ArrayList<>();
        int[] domains = new int[ring.members().size()];
        for (int i = 0; i < domains.length; i++) {
            String name = ring.members().get(i).domain();
            int known = names.indexOf(name);
            domains[i] = known >= 0 ? known : names.size();
            if (known < 0) {
                names.add(name);
            }
        }
        return domains;
    }

    /** What each domain takes of the picks of the walk's first round, in which it takes one. */
    static double[] firstRoundShares(List<RingRecord.Member> members, int[] domains, int replicas) {
        double[] weights = roundWeights(members, domains, 1);
        return capped(weights, Math.min(replicas, positive(weights)));
    }

    /**
     * {@code total} divided in proportion to {@code weights}, no share above 1: what one cannot
     * take goes to the others.
     */
    static double[] capped(double[] weights, double total) {
        Check.that(total <= positive(weights) + 1e-9, "total fits", (long) total);
        double[] shares = new double[weights.length];
        double left = total;
        double open = sum(weights, shares);
        for (int i = 0; i < weights.length; i++) {
            if (shares[i] < 1 && weights[i] > 0 && left * weights[i] >= open) {
                shares[i] = 1;
                left -= 1;
                open = sum(weights, shares);
                i = -1;
            }
        }
        for (int i = 0; i < weights.length; i++) {
            if (shares[i] < 1 && weights[i] > 0) {
                shares[i] = Math.max(0, left * weights[i] / open);
            }
        }
        return shares;
    }

    private static double[] domainShares(
            List<RingRecord.Member> members, int[] domains, int replicas) {
        double[] result = new double[members.size()];
        int left = Math.min(replicas, members.size());
        for (int round = 1; left > 0; round++) {
            double[] weights = roundWeights(members, domains, round);
            int taken = Math.min(left, positive(weights));
            double[] parts = capped(weights, taken);
            for (int d = 0; d < parts.length; d++) {
                result[d] += parts[d];
            }
            left -= taken;
        }
        return result;
    }

    /** Weight of each domain that has at least {@code round} members. */
    private static double[] roundWeights(
            List<RingRecord.Member> members, int[] domains, int round) {
        double[] weights = new double[domains.length];
        int[] counts = new int[domains.length];
        for (int i = 0; i < domains.length; i++) {
            weights[domains[i]] += members.get(i).weight();
            counts[domains[i]]++;
        }
        for (int d = 0; d < weights.length; d++) {
            weights[d] = counts[d] >= round ? weights[d] : 0;
        }
        return weights;
    }

    private static int positive(double[] weights) {
        int count = 0;
        for (double weight : weights) {
            count += weight > 0 ? 1 : 0;
        }
        return count;
    }

    private static double sum(double[] weights, double[] shares) {
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += shares[i] < 1 ? weights[i] : 0;
        }
        return sum;
    }
}
