package io.xsan.crds;

import io.fabric8.generator.annotation.Default;
import org.jspecify.annotations.NullUnmarked;

/** What each workload gets, as request and limit. */
@NullUnmarked
public record ResourcesSpec(
        @Default("{}") Resources datanode,
        @Default("{}") Resources agent,
        @Default("{}") Resources csi) {
    /** All defaults. */
    static final ResourcesSpec DEFAULT = new ResourcesSpec(null, null, null);

    /** Fills in the defaults. */
    public ResourcesSpec {
        datanode = datanode == null ? Resources.DEFAULT : datanode;
        agent = agent == null ? Resources.DEFAULT : agent;
        csi = csi == null ? Resources.DEFAULT : csi;
    }
}
