package io.xsan.operator.desired;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HostPathVolumeSource;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.xsan.crds.DeviceSpec;
import io.xsan.crds.Resources;
import io.xsan.crds.StorageSpec;
import io.xsan.crds.XsanClusterSpec;
import java.util.Map;
import java.util.TreeMap;

/** What the spec changes in the pods of the templates. */
final class Pods {
    private static final String CONTROL_PLANE = "node-role.kubernetes.io/control-plane";

    private Pods() {}

    static void setPullSecrets(PodSpec pod, XsanClusterSpec spec) {
        pod.setImagePullSecrets(
                spec.images().pullSecrets().stream().map(LocalObjectReference::new).toList());
    }

    /**
     * Request and limit of the first container, where they are given: its QoS is Guaranteed then.
     */
    static void setResources(PodSpec pod, Resources resources) {
        Map<String, Quantity> asked = new TreeMap<>();
        if (!resources.cpu().isEmpty()) {
            asked.put("cpu", new Quantity(resources.cpu()));
        }
        if (!resources.memory().isEmpty()) {
            asked.put("memory", new Quantity(resources.memory()));
        }
        ResourceRequirements present = pod.getContainers().getFirst().getResources();
        Map<String, Quantity> requests = new TreeMap<>(present.getRequests());
        requests.putAll(asked);
        present.setRequests(requests);
        present.setLimits(asked);
    }

    /** The hosts that use volumes: all with the labels, or, without labels, all workers. */
    static void setHosts(PodSpec pod, Map<String, String> labels) {
        if (labels.isEmpty()) {
            pod.setAffinity(workers());
        } else {
            pod.setNodeSelector(new TreeMap<>(labels));
        }
    }

    private static Affinity workers() {
        return new AffinityBuilder()
                .withNewNodeAffinity()
                .withNewRequiredDuringSchedulingIgnoredDuringExecution()
                .addNewNodeSelectorTerm()
                .addNewMatchExpression()
                .withKey(CONTROL_PLANE)
                .withOperator("DoesNotExist")
                .endMatchExpression()
                .endNodeSelectorTerm()
                .endRequiredDuringSchedulingIgnoredDuringExecution()
                .endNodeAffinity()
                .build();
    }

    /** A device that does not lie in the data directory, which is mounted anyway. */
    static void addDevices(PodSpec pod, StorageSpec storage) {
        int number = 0;
        for (DeviceSpec device : storage.devices()) {
            boolean isBlock = device.kind() == DeviceSpec.Kind.BLOCK;
            Container container = pod.getContainers().getFirst();
            if (isBlock) {
                // Without this a container may not open devices.
                container.getSecurityContext().setPrivileged(true);
            }
            if (!device.path().startsWith(storage.dataDir() + "/")) {
                String name = "device" + number++;
                container
                        .getVolumeMounts()
                        .add(
                                new VolumeMountBuilder()
                                        .withName(name)
                                        .withMountPath(device.path())
                                        .build());
                pod.getVolumes()
                        .add(
                                new VolumeBuilder()
                                        .withName(name)
                                        .withHostPath(
                                                new HostPathVolumeSource(
                                                        device.path(),
                                                        isBlock
                                                                ? "BlockDevice"
                                                                : "DirectoryOrCreate"))
                                        .build());
            }
        }
    }
}
