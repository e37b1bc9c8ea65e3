package io.xsan.crds;

import io.fabric8.generator.annotation.Default;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;

/** Images; what is empty is the operator's own release. */
@NullUnmarked
public record ImagesSpec(
        @Default("") String datanode,
        @Default("") String csiDriver,
        @Default("") String provisioner,
        @Default("") String attacher,
        @Default("") String resizer,
        @Default("IfNotPresent") PullPolicy pullPolicy,
        List<String> pullSecrets) {
    /** All defaults. */
    static final ImagesSpec DEFAULT = new ImagesSpec(null, null, null, null, null, null, null);

    /** When images are pulled. */
    public enum PullPolicy {
        /** At every start. */
        Always,
        /** Where the node does not have them. */
        IfNotPresent,
        /** Not at all. */
        Never
    }

    /** Fills in the defaults. */
    public ImagesSpec {
        datanode = orEmpty(datanode);
        csiDriver = orEmpty(csiDriver);
        provisioner = orEmpty(provisioner);
        attacher = orEmpty(attacher);
        resizer = orEmpty(resizer);
        pullPolicy = pullPolicy == null ? PullPolicy.IfNotPresent : pullPolicy;
        pullSecrets = pullSecrets == null ? List.of() : List.copyOf(pullSecrets);
    }

    private static String orEmpty(String text) {
        return text == null ? "" : text;
    }
}
