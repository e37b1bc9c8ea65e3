package io.xsan.operator.storage;

import io.xsan.protocol.v1.ClusterStatus;
import io.xsan.protocol.v1.CreateVolumeRequest;
import io.xsan.protocol.v1.NodeContents;
import io.xsan.protocol.v1.Policy;
import io.xsan.protocol.v1.Volume;

/**
 * A cluster that answers. Every call may be repeated, and ends with an {@code ApiException} where
 * the cluster refuses it or nobody answers. Any thread.
 */
public interface Storage {
    /** Nodes and volumes as the metadata have them. */
    ClusterStatus status();

    /** Begins to move all that a node holds to others, or gives that up. */
    NodeContents drain(int node, boolean isCancel);

    /** Forgets a node that holds and owns nothing. */
    void removeNode(int node);

    /** Makes a volume. */
    Volume create(CreateVolumeRequest request);

    /** Makes a volume larger. */
    void resize(String volumeId, long sizeBytes);

    /** Gives a volume another policy. */
    void setPolicy(String volumeId, Policy policy);

    /** Deletes a volume with its data. */
    void delete(String volumeId);
}
