package io.xsan.crds;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.NullUnmarked;

/**
 * How datanodes get a new program or configuration: one after the other, each only when all
 * components are in sync, or not until somebody deletes their pods.
 */
@NullUnmarked
public record UpgradeSpec(
        @Default("OneAtATime") Policy policy,
        @Default("600") @Min(30) @Max(86400) Integer nodeTimeoutSeconds) {
    /** All defaults. */
    static final UpgradeSpec DEFAULT = new UpgradeSpec(null, null);

    /** Who restarts datanodes. */
    public enum Policy {
        /** The operator, one at a time. */
        OneAtATime,
        /** Whoever deletes their pods. */
        Manual
    }

    /** Fills in the defaults. */
    public UpgradeSpec {
        policy = policy == null ? Policy.OneAtATime : policy;
        nodeTimeoutSeconds = nodeTimeoutSeconds == null ? 600 : nodeTimeoutSeconds;
    }
}
