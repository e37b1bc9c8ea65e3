package io.xsan.meta.image;

/**
 * What a volume asks for. {@code replicas} 1 to 5; {@code minReplicas} 1 to replicas, 0 in requests
 * means the default (1 for 1 or 2 replicas, else 2); {@code width} nodes the volume is spread over,
 * at least replicas, 0 in requests means the default (6, or all nodes if there are fewer).
 */
public record VolumePolicy(int replicas, int minReplicas, int width) {
    /** Most replicas. */
    public static final int REPLICAS_MAX = 5;

    /** Default width. */
    public static final int WIDTH_DEFAULT = 6;

    /** Default of minReplicas for a number of replicas. */
    public static int defaultMinReplicas(int replicas) {
        return replicas <= 2 ? 1 : 2;
    }
}
