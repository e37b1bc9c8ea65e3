package io.xsan.meta.image;

import io.xsan.base.NodeId;

/**
 * A datanode. {@code incarnation} is the life of its process that registered last; {@code storeId}
 * the store made at format (0 for a witness). {@code host} and {@code basePort} give all its ports by
 * the documented offsets.
 */
public record NodeRecord(
        NodeId id,
        long incarnation,
        long storeId,
        String host,
        int basePort,
        String domain,
        long usableBytes,
        int featureLevelMax) {}
