package io.xsan.crds;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;

/** What a cluster shall be. */
@NullUnmarked
public record XsanClusterSpec(
        @Default("")
                @Size(max = 36)
                @ValidationRule(
                        value =
                                "self == '' || self.matches('^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$')",
                        messageExpression =
                                "\"clusterId is '\" + self + \"', allowed is a UUID in lower case, or nothing for a new cluster\"")
                @ValidationRule(
                        value = "oldSelf == '' || self == oldSelf",
                        messageExpression =
                                "\"clusterId is '\" + oldSelf + \"' and cannot become '\" + self + \"': it names the data on the disks\"")
                String clusterId,
        @Required StorageSpec storage,
        @Default("{}") MetadataSpec metadata,
        @Default("{}") NetworkSpec network,
        @Default("{}") VolumeDefaults volumes,
        @Size(max = 16) List<StorageClassSpec> storageClasses,
        @Default("{}") UpgradeSpec upgrade,
        @Default("{}") ImagesSpec images,
        @Default("{}") ResourcesSpec resources,
        @Default("{}") AttachSpec attach,
        @Default("Retain") DeletionPolicy deletionPolicy) {
    /** Fills in the defaults. */
    public XsanClusterSpec {
        clusterId = clusterId == null ? "" : clusterId;
        metadata = metadata == null ? new MetadataSpec(null) : metadata;
        network = network == null ? NetworkSpec.DEFAULT : network;
        volumes = volumes == null ? VolumeDefaults.DEFAULT : volumes;
        storageClasses =
                storageClasses == null
                        ? List.of(StorageClassSpec.DEFAULT)
                        : List.copyOf(storageClasses);
        upgrade = upgrade == null ? UpgradeSpec.DEFAULT : upgrade;
        images = images == null ? ImagesSpec.DEFAULT : images;
        resources = resources == null ? ResourcesSpec.DEFAULT : resources;
        attach = attach == null ? AttachSpec.DEFAULT : attach;
        deletionPolicy = deletionPolicy == null ? DeletionPolicy.Retain : deletionPolicy;
    }
}
