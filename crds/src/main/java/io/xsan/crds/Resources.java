package io.xsan.crds;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.NullUnmarked;

/** CPU and memory; empty means no request and no limit of it. */
@NullUnmarked
public record Resources(
        @Default("")
                @Size(max = 32)
                @ValidationRule(
                        value = "self == '' || isQuantity(self)",
                        messageExpression =
                                "\"cpu is '\" + self + \"', allowed is a quantity such as 2 or 500m\"")
                String cpu,
        @Default("")
                @Size(max = 32)
                @ValidationRule(
                        value = "self == '' || isQuantity(self)",
                        messageExpression =
                                "\"memory is '\" + self + \"', allowed is a quantity such as 2Gi\"")
                String memory) {
    /** Nothing asked for. */
    static final Resources DEFAULT = new Resources(null, null);

    /** Fills in the defaults. */
    public Resources {
        cpu = cpu == null ? "" : cpu;
        memory = memory == null ? "" : memory;
    }
}
