package io.xsan.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a cluster is. {@code nodesReady} and {@code volumesInSync} read as "3/3". */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record XsanClusterStatus(
        @Nullable Long observedGeneration,
        @Nullable String clusterId,
        List<StorageNodeStatus> nodes,
        @Nullable String nodesReady,
        @Nullable String volumesInSync,
        @Nullable Integer leaderNode,
        @Nullable Integer featureLevel,
        @Nullable CapacityStatus capacity,
        List<Condition> conditions) {
    /** Copies the lists. */
    public XsanClusterStatus {
        nodes = nodes == null ? List.of() : List.copyOf(nodes);
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
    }
}
