package io.xsan.crds;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;

/** How hosts use volumes: through their agent, in the first of these modes that a host can do. */
@NullUnmarked
public record AttachSpec(
        @Default("[\"nbd\", \"fuse\"]") @Size(min = 1, max = 2) List<Mode> modes,
        @Default("600") @Min(1) @Max(86400) Integer ioHoldTimeoutSeconds,
        Map<String, String> nodeSelector,
        @Default("/var/lib/kubelet") String kubeletDirectory) {
    /** All defaults. */
    static final AttachSpec DEFAULT = new AttachSpec(null, null, null, null);

    /** How a volume becomes a block device. */
    public enum Mode {
        /** The kernel's NBD client. */
        @JsonProperty("nbd")
        NBD,
        /** A file of FUSE under a loop device. */
        @JsonProperty("fuse")
        FUSE
    }

    /** Fills in the defaults. */
    public AttachSpec {
        modes = modes == null ? List.of(Mode.NBD, Mode.FUSE) : List.copyOf(modes);
        ioHoldTimeoutSeconds = ioHoldTimeoutSeconds == null ? 600 : ioHoldTimeoutSeconds;
        nodeSelector = nodeSelector == null ? Map.of() : Map.copyOf(nodeSelector);
        kubeletDirectory = kubeletDirectory == null ? "/var/lib/kubelet" : kubeletDirectory;
    }
}
