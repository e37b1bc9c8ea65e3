package io.xsan.crds;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/** The metadata group: how many of the storage nodes are its members; the others follow it. */
@NullUnmarked
public record MetadataSpec(
        @Default("3")
                @Min(1)
                @Max(5)
                @ValidationRule(
                        value = "self in [1, 3, 5]",
                        messageExpression =
                                "'metadata.members is ' + (self == 2 ? '2' : '4') + ', allowed is 1, 3 or 5: a majority of an even number is no safer'")
                @ValidationRule(
                        value = "self == oldSelf",
                        message = "cannot change: the metadata group is formed once")
                Integer members) {
    /** Fills in the default. */
    public MetadataSpec(@Nullable Integer members) {
        this.members = members == null ? 3 : members;
    }
}
