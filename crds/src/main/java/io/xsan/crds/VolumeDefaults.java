package io.xsan.crds;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.NullUnmarked;

/** What volumes get that name nothing else. */
@NullUnmarked
public record VolumeDefaults(@Default("3") @Min(1) @Max(5) Integer replicas) {
    /** All defaults. */
    static final VolumeDefaults DEFAULT = new VolumeDefaults(null);

    /** Fills in the defaults. */
    public VolumeDefaults {
        replicas = replicas == null ? 3 : replicas;
    }
}
