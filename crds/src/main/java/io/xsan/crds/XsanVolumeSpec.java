package io.xsan.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/** What a volume shall be. What is not given is the cluster's default. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
        value =
                "!has(self.replicas) || !has(self.minReplicas) || self.minReplicas <= self.replicas",
        message = "minReplicas: allowed is 1 to replicas")
@ValidationRule(
        value = "!has(self.replicas) || !has(self.width) || self.width >= self.replicas",
        message = "width: allowed is replicas to 256")
@NullUnmarked
public record XsanVolumeSpec(
        @Required
                @Size(min = 1, max = 20)
                @ValidationRule(
                        value =
                                "self.matches('^[1-9][0-9]*(Ki|Mi|Gi|Ti|Pi)?$') && quantity(self).compareTo(quantity('1Mi')) >= 0",
                        messageExpression =
                                "\"size is '\" + self + \"', allowed is 1Mi and more, a whole number of bytes or with Ki, Mi, Gi, Ti or Pi\"")
                @ValidationRule(
                        value = "quantity(self).compareTo(quantity(oldSelf)) >= 0",
                        messageExpression =
                                "\"size is '\" + oldSelf + \"' and cannot become '\" + self + \"': a volume only grows\"")
                String size,
        @Default("4096")
                @ValidationRule(value = "self in [512, 4096]", message = "allowed is 512 or 4096")
                @ValidationRule(
                        value = "self == oldSelf",
                        message = "cannot change: what is on the volume depends on it")
                Integer sectorSize,
        @Min(1) @Max(5) @Nullable Integer replicas,
        @Min(1) @Max(5) @Nullable Integer minReplicas,
        @Min(1) @Max(256) @Nullable Integer width,
        @Default("Retain") DeletionPolicy deletionPolicy) {
    /** Fills in the defaults. */
    public XsanVolumeSpec {
        sectorSize = sectorSize == null ? 4096 : sectorSize;
        deletionPolicy = deletionPolicy == null ? DeletionPolicy.Retain : deletionPolicy;
    }
}
