package io.xsan.operator.reconcile;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.xsan.operator.desired.DesiredState;
import io.xsan.operator.identity.StorageNode;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The pods of the datanodes, by number. */
final class Datanodes {
    private final KubernetesClient client;
    private final String namespace;
    private final Map<String, Pod> pods = new TreeMap<>();

    Datanodes(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
        for (Pod pod :
                client.pods()
                        .inNamespace(namespace)
                        .withLabel("app", "xsan-datanode")
                        .list()
                        .getItems()) {
            pods.put(pod.getMetadata().getLabels().getOrDefault("number", ""), pod);
        }
    }

    Optional<Pod> pod(StorageNode node) {
        return Optional.ofNullable(pods.get(Integer.toString(node.number())));
    }

    boolean isReady(StorageNode node) {
        return pod(node)
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .flatMap(Datanodes::readiness)
                .filter(condition -> condition.getStatus().equals("True"))
                .isPresent();
    }

    /** Whether the pod was made of something else than {@code madeOf}. */
    boolean isOutdated(StorageNode node, String madeOf) {
        return pod(node).filter(pod -> !madeOf.equals(madeOf(pod))).isPresent();
    }

    private static String madeOf(Pod pod) {
        Map<String, String> annotations = pod.getMetadata().getAnnotations();
        return annotations == null ? "" : annotations.getOrDefault(DesiredState.MADE_OF, "");
    }

    /** Since when the pod has not been ready; empty where it is, or where there is none. */
    Optional<Instant> notReadySince(StorageNode node) {
        return pod(node)
                .filter(_ -> !isReady(node))
                .map(pod ->
                        readiness(pod)
                                .map(PodCondition::getLastTransitionTime)
                                .orElse(pod.getMetadata().getCreationTimestamp()))
                .map(Instant::parse);
    }

    /** The image of the pod. */
    String image(StorageNode node) {
        return pod(node).map(pod -> pod.getSpec().getContainers().getFirst().getImage()).orElse("");
    }

    /** Why the pod does not run, in the kubelet's words; empty where it does. */
    String trouble(StorageNode node) {
        return pod(node).filter(pod -> pod.getStatus() != null).stream()
                .flatMap(pod -> pod.getStatus().getContainerStatuses().stream())
                .filter(status -> status.getState() != null)
                .map(status -> status.getState().getWaiting())
                .filter(waiting -> waiting != null)
                .map(waiting ->
                        waiting.getReason()
                                + (waiting.getMessage() == null ? "" : ": " + waiting.getMessage()))
                .findFirst()
                .orElse("");
    }

    void restart(StorageNode node) {
        pod(node).ifPresent(pod -> client.resource(pod).delete());
    }

    /** Removes the StatefulSet, and with it the pod, but nothing that lies on the node. */
    void remove(StorageNode node) {
        String name = "xsan-datanode-" + node.number();
        client.apps().statefulSets().inNamespace(namespace).withName(name).delete();
        client.configMaps().inNamespace(namespace).withName(name).delete();
        client.secrets().inNamespace(namespace).withName(name).delete();
    }

    private static Optional<PodCondition> readiness(Pod pod) {
        return pod.getStatus() == null
                ? Optional.empty()
                : pod.getStatus().getConditions().stream()
                        .filter(condition -> condition.getType().equals("Ready"))
                        .findFirst();
    }
}
