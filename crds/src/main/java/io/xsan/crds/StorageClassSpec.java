package io.xsan.crds;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;

/** A StorageClass to make. Without any named there is one, {@code xsan}, the default. */
@NullUnmarked
public record StorageClassSpec(
        @Required
                @Size(min = 1, max = 253)
                @ValidationRule(
                        value =
                                "size(self) <= 253 && self.matches('^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$')",
                        messageExpression =
                                "\"name is '\" + self + \"', allowed are 1 to 253 lower case letters, digits, dots and hyphens\"")
                String name,
        @Default("false") Boolean isDefault,
        @Default("Delete") DeletionPolicy reclaimPolicy,
        @Default("ext4")
                @Size(max = 16)
                @ValidationRule(
                        value = "self in ['ext4', 'xfs']",
                        messageExpression =
                                "\"fsType is '\" + self + \"', allowed is ext4 or xfs\"")
                String fsType,
        @Size(max = 16)
                @ValidationRule(
                        value =
                                "self.all(key, key in ['replicas', 'minReplicas', 'width', 'sectorSize'])",
                        message =
                                "parameters: allowed are replicas, minReplicas, width and sectorSize")
                Map<String, String> parameters) {
    /** The class that a cluster has which names none. */
    static final StorageClassSpec DEFAULT = new StorageClassSpec("xsan", true, null, null, null);

    /** Fills in the defaults. */
    public StorageClassSpec {
        isDefault = isDefault == null ? Boolean.FALSE : isDefault;
        reclaimPolicy = reclaimPolicy == null ? DeletionPolicy.Delete : reclaimPolicy;
        fsType = fsType == null ? "ext4" : fsType;
        parameters = parameters == null ? Map.of() : Map.copyOf(parameters);
    }
}
