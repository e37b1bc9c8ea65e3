package io.xsan.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a volume is. {@code appliedGeneration} is that of the object when its spec was last equal to
 * the metadata; a spec of that generation is never applied again.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record XsanVolumeStatus(
        @Nullable Long observedGeneration,
        @Nullable Long appliedGeneration,
        @Nullable String id,
        @Nullable String state,
        @Nullable String owner,
        @Nullable Long epoch,
        @Nullable String inSync,
        @Nullable String attachedTo,
        List<ComponentStatus> components,
        List<Condition> conditions) {
    /** Copies the lists. */
    public XsanVolumeStatus {
        components = components == null ? List.of() : List.copyOf(components);
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
    }
}
