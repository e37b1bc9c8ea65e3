package io.xsan.meta.placement;

import io.xsan.base.Check;
import io.xsan.base.VolumeId;
import io.xsan.meta.image.RingRecord;
import java.util.Arrays;
import java.util.List;

/**
 * The ring of one volume: (block index) to ordered replica nodes. Consistent hashing: each member
 * has virtual nodes on a circle in proportion to its share; a block's walk starts at its hash and
 * takes members of failure domains not taken yet, then, where there are fewer domains than
 * replicas, goes round again for further members.
 *
 * <p>Points hang on the volume and the node alone, so a member that joins or leaves moves about its
 * own share and nothing else. About 2 KiB for a width of 6. Immutable, any thread.
 */
public final class BlockPlacement {
    /** Most members of a ring. */
    public static final int MEMBERS_MAX = 64;

    /** Virtual nodes of a member of mean share. */
    private static final int POINTS_MEAN = 64;

    /** Low bits of a point, which hold the index of its member. */
    private static final int MEMBER_BITS = 6;

    private static final int MEMBER_MASK = (1 << MEMBER_BITS) - 1;

    /** A domain that every walk must reach gets points as if one in this many passed it by. */
    private static final double SHARE_MAX = 0.97;

    private final long root;
    private final int replicas;
    private final int[] nodes;
    private final int[] domains;
    private final long allDomains;
    private final int[] points;

    /**
     * The placement of {@code volume} on {@code ring} with {@code replicas} copies of each block.
     */
    public BlockPlacement(VolumeId volume, RingRecord ring, int replicas) {
        int size = ring.members().size();
        Check.that(size >= 1 && size <= MEMBERS_MAX, "members of a ring", size);
        Check.that(replicas >= 1, "replicas", replicas);
        this.root = Mix.of(volume.value());
        this.replicas = Math.min(replicas, size);
        this.nodes = ring.members().stream().mapToInt(m -> m.node().value()).toArray();
        Check.that(Arrays.stream(nodes).distinct().count() == size, "members are distinct", size);
        this.domains = RingShares.domains(ring);
        this.allDomains = Arrays.stream(domains).mapToLong(d -> 1L << d).reduce(0, (a, b) -> a | b);
        this.points = points(ring.members());
    }

    /** Replicas of each block: those asked for, or all members if there are fewer. */
    public int replicas() {
        return replicas;
    }

    /**
     * The nodes that carry block {@code blockIndex}, in order, into {@code nodesOut}; returns their
     * number, {@link #replicas()}. All distinct; in distinct failure domains as far as there are
     * enough. Allocates nothing.
     */
    public int replicasOf(long blockIndex, int[] nodesOut) {
        int key = (int) (Mix.of(root ^ blockIndex) >>> 32) & ~MEMBER_MASK;
        int place = Arrays.binarySearch(points, key);
        return walk(place < 0 ? ~place : place, nodesOut);
    }

    /** True if block {@code blockIndex} has a replica on {@code node}. Allocates nothing. */
    public boolean isOn(long blockIndex, int node, int[] scratch) {
        int count = replicasOf(blockIndex, scratch);
        for (int i = 0; i < count; i++) {
            if (scratch[i] == node) {
                return true;
            }
        }
        return false;
    }

    /** Number of arcs of the circle: all blocks of an arc have the same replicas. */
    public int arcs() {
        return points.length;
    }

    /**
     * As {@link #replicasOf} for the blocks of arc {@code arc}. Over all arcs: every set of
     * replicas that a block of this volume may have, at any size of the volume.
     */
    public int replicasOfArc(int arc, int[] nodesOut) {
        Check.that(arc >= 0 && arc < points.length, "arc", arc);
        return walk(arc, nodesOut);
    }

    private int walk(int start, int[] nodesOut) {
        long takenMembers = 0;
        int count = 0;
        while (count < replicas) {
            long takenDomains = 0;
            for (int step = 0; step < points.length && count < replicas; step++) {
                int place = start + step;
                int member = points[place < points.length ? place : place - points.length];
                member &= MEMBER_MASK;
                long domain = 1L << domains[member];
                if ((takenMembers & 1L << member) == 0 && (takenDomains & domain) == 0) {
                    takenMembers |= 1L << member;
                    takenDomains |= domain;
                    nodesOut[count++] = nodes[member];
                    if (takenDomains == allDomains) {
                        break;
                    }
                }
            }
        }
        return count;
    }

    private int[] points(List<RingRecord.Member> members) {
        double[] rates = rates(members);
        double mean = Arrays.stream(rates).sum() / rates.length;
        int[] counts = new int[rates.length];
        for (int i = 0; i < rates.length; i++) {
            counts[i] = Math.max(1, (int) Math.round(POINTS_MEAN * rates[i] / mean));
        }
        int[] result = new int[Arrays.stream(counts).sum()];
        int next = 0;
        for (int i = 0; i < counts.length; i++) {
            for (int k = 0; k < counts[i]; k++) {
                long hash = Mix.of(root + nodes[i], k);
                result[next++] = ((int) (hash >>> 32) & ~MEMBER_MASK) | i;
            }
        }
        Arrays.sort(result);
        return result;
    }

    /**
     * How often each member must come up on the circle for walks to pick it as often as its share
     * asks. A walk picks domains one after the other without putting back, which favours small
     * ones; rates of -ln(1 - share) undo that (Rosen's approximation for successive sampling).
     */
    private double[] rates(List<RingRecord.Member> members) {
        double[] shares = RingShares.firstRoundShares(members, domains, replicas);
        double[] domainWeights = new double[members.size()];
        for (int i = 0; i < domains.length; i++) {
            domainWeights[domains[i]] += members.get(i).weight();
        }
        double[] rates = new double[domains.length];
        for (int i = 0; i < rates.length; i++) {
            int domain = domains[i];
            double share = Math.min(SHARE_MAX, shares[domain]);
            double part = members.get(i).weight() / domainWeights[domain];
            rates[i] = -StrictMath.log(1 - share) * part;
        }
        return rates;
    }
}
