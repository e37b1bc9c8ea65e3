package io.xsan.meta.image;

import io.xsan.base.NodeId;

/**
 * A datanode. {@code incarnation} is the life of its process that registered last; {@code storeId}
 * the store made at format (0 for a witness, and for a node that was replaced and is not back yet).
 * {@code host} and {@code basePort} give all its ports by the documented offsets. A node that is
 * {@code draining} gets no new components, and what it has moves away.
 */
public record NodeRecord(
        NodeId id,
        long incarnation,
        long storeId,
        String host,
        int basePort,
        String domain,
        long usableBytes,
        int featureLevelMax,
        boolean draining) {
    /** A node as it registers, not draining. */
    public NodeRecord(
            NodeId id,
            long incarnation,
            long storeId,
            String host,
            int basePort,
            String domain,
            long usableBytes,
            int featureLevelMax) {
        this(id, incarnation, storeId, host, basePort, domain, usableBytes, featureLevelMax, false);
    }

    /** The same node, draining or not. */
    public NodeRecord withDraining(boolean isDraining) {
        return new NodeRecord(
                id,
                incarnation,
                storeId,
                host,
                basePort,
                domain,
                usableBytes,
                featureLevelMax,
                isDraining);
    }

    /** True if the node stores blocks. */
    public boolean hasStore() {
        return storeId != 0;
    }
}
