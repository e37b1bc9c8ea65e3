package io.xsan.crds;

import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;

/**
 * Which nodes store data, and where on them: the nodes that are named, else those that have all the
 * labels. Paths are on the hosts and cannot change, since the data is there.
 */
@ValidationRule(
        value =
                "(has(self.nodeNames) && size(self.nodeNames) > 0) != (has(self.nodeSelector) && size(self.nodeSelector) > 0)",
        message =
                "storage: give either nodeNames (names of nodes) or nodeSelector (labels of nodes), one of both")
@ValidationRule(
        value =
                "self.devices.all(d, oldSelf.devices.exists(o, o.path == d.path && o.kind == d.kind && o.role == d.role && o.size == d.size))",
        message =
                "devices: path, kind, role and size of the devices cannot change, nor can there be others: the data is there")
@NullUnmarked
public record StorageSpec(
        @Size(max = 256) List<String> nodeNames,
        @Size(max = 16) Map<String, String> nodeSelector,
        @Required @Size(min = 1, max = 24) List<DeviceSpec> devices,
        @Default("/var/lib/xsan")
                @Size(min = 1, max = 61)
                @ValidationRule(
                        value = "self.matches('^/[A-Za-z0-9._/-]{1,60}$') && !self.contains('..')",
                        messageExpression =
                                "\"storage.dataDir is '\" + self + \"', allowed is an absolute path of at most 61 letters, digits and ._-\"")
                @ValidationRule(
                        value = "self == oldSelf",
                        messageExpression =
                                "\"storage.dataDir is '\" + oldSelf + \"' and cannot become '\" + self + \"': the metadata is there\"")
                String dataDir,
        @Default("kubernetes.io/hostname") @Size(min = 1, max = 317) String failureDomainLabel) {
    /** Fills in the defaults. */
    public StorageSpec {
        nodeNames = nodeNames == null ? List.of() : List.copyOf(nodeNames);
        nodeSelector = nodeSelector == null ? Map.of() : Map.copyOf(nodeSelector);
        devices = devices == null ? List.of() : List.copyOf(devices);
        dataDir = dataDir == null ? "/var/lib/xsan" : dataDir;
        failureDomainLabel =
                failureDomainLabel == null ? "kubernetes.io/hostname" : failureDomainLabel;
    }
}
