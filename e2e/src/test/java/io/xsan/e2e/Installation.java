package io.xsan.e2e;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.xsan.crds.XsanCluster;
import io.xsan.crds.XsanClusterStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** XSAN as a user installs it: the chart, and one {@code XsanCluster}. */
final class Installation {
    static final String NAMESPACE = "xsan-system";

    /**
     * The image of all pods that use volumes, too: it has a shell and the tools of file systems.
     */
    static final String DATANODE_IMAGE = "localhost/xsan-datanode:e2e";

    /** Nodes with this label store data. */
    static final String STORAGE_LABEL = "xsan.io/storage";

    private static final String CLUSTER = "xsan";
    private static final Duration READY = Duration.ofMinutes(5);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Kubernetes cluster;
    private final List<String> nodes;
    private final long startNanos;

    private Installation(Kubernetes cluster) {
        this.cluster = cluster;
        nodes = cluster.workers();
        startNanos = System.nanoTime();
    }

    /** Installs on the cluster of the system property, and returns when all of it is ready. */
    static Installation make() throws IOException {
        Path config = Path.of(System.getProperty("xsan.e2e.kubeconfig"));
        Installation made = new Installation(Kubernetes.of(config));
        made.nodes.forEach(node -> made.cluster.label(node, STORAGE_LABEL, "yes"));
        made.helmInstall(DATANODE_IMAGE);
        Installed.report("helm install has returned", made.startNanos);
        made.applyCluster();
        made.awaitReady();
        Installed.report("from helm install to XsanCluster Ready, all pods too", made.startNanos);
        return made;
    }

    Kubernetes cluster() {
        return cluster;
    }

    /** The workers: those that store data from the beginning, and those that pods run on. */
    List<String> nodes() {
        return nodes;
    }

    /** When the installation began, as {@link System#nanoTime}. */
    long startNanos() {
        return startNanos;
    }

    /** Installs the chart, or changes what is installed, and waits for the operator. */
    void helmInstall(String datanodeImage) throws IOException {
        List<String> arguments =
                new ArrayList<>(
                        List.of("upgrade", "--install", "--create-namespace", "--wait", "xsan"));
        arguments.add(System.getProperty("xsan.e2e.chart"));
        arguments.addAll(List.of("--values", System.getProperty("xsan.e2e.values")));
        arguments.addAll(List.of("--set", "images.datanode=" + datanodeImage));
        helm(arguments);
    }

    private static void helm(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("xsan.e2e.helm"));
        command.addAll(arguments);
        command.addAll(List.of("--timeout", "4m", "--namespace", NAMESPACE));
        command.addAll(List.of("--kubeconfig", System.getProperty("xsan.e2e.kubeconfig")));
        Kubernetes.Outcome outcome = Kubernetes.onHost(command.toArray(String[]::new));
        if (outcome.exitCode() != 0) {
            throw new AssertionError(String.join(" ", command) + ": " + outcome.output());
        }
    }

    private void applyCluster() {
        cluster.apply(
                """
                apiVersion: xsan.io/v1alpha1
                kind: XsanCluster
                metadata: {name: %s}
                spec:
                  storage:
                    nodeSelector: {%s: "yes"}
                    devices: [{path: /var/lib/xsan-disk, size: 3Gi}]
                  storageClasses:
                    - {name: xsan, isDefault: true}
                    - {name: xsan-xfs, fsType: xfs}
                """
                        .formatted(CLUSTER, STORAGE_LABEL));
    }

    /** The object, or null where there is none. */
    private @Nullable XsanCluster object() {
        return cluster.client().resources(XsanCluster.class).withName(CLUSTER).get();
    }

    /** What the operator says of the cluster. */
    XsanClusterStatus status() {
        XsanCluster object = object();
        if (object == null || object.getStatus() == null) {
            throw new AssertionError("XsanCluster " + CLUSTER + " has no status");
        }
        return object.getStatus();
    }

    /** Waits until a condition holds of the present spec. */
    private void awaitCondition(String type) {
        Kubernetes.awaitTrue(
                type + "=True of the XsanCluster",
                READY,
                () -> {
                    XsanCluster object = object();
                    if (object == null || object.getStatus() == null) {
                        return false;
                    }
                    Condition found = condition(object.getStatus(), type);
                    return found != null
                            && found.getStatus().equals("True")
                            && object.getMetadata()
                                    .getGeneration()
                                    .equals(found.getObservedGeneration());
                });
    }

    static @Nullable Condition condition(XsanClusterStatus status, String type) {
        return status.conditions().stream()
                .filter(each -> each.getType().equals(type))
                .findFirst()
                .orElse(null);
    }

    /** Waits until the cluster is ready, every pod of XSAN, and the kubelets know the driver. */
    void awaitReady() {
        awaitCondition("Ready");
        awaitCondition("UpToDate");
        int datanodes = status().nodes().size();
        int parts = datanodes + 2 * nodes.size() + 3;
        Kubernetes.awaitTrue(
                parts + " ready pods in " + NAMESPACE,
                READY,
                () -> {
                    List<Pod> pods = pods("");
                    return pods.size() == parts && pods.stream().allMatch(Readiness::isPodReady);
                });
        for (String node : nodes) {
            Kubernetes.awaitTrue(
                    "driver registered with the kubelet of " + node,
                    READY,
                    () -> volumesPerNode(node) > 0);
        }
    }

    /** How many volumes Kubernetes may put on a node; 0 while its kubelet does not know of XSAN. */
    int volumesPerNode(String node) {
        var csiNode = cluster.client().storage().v1().csiNodes().withName(node).get();
        if (csiNode == null) {
            return 0;
        }
        return csiNode.getSpec().getDrivers().stream()
                .filter(driver -> driver.getName().equals("csi.xsan.io"))
                .filter(driver -> driver.getAllocatable() != null)
                .mapToInt(driver -> driver.getAllocatable().getCount())
                .findFirst()
                .orElse(0);
    }

    /**
     * Pods of a part ({@code xsan-agent}), or of all where it is empty, in order of name; none that
     * is ending or has ended.
     */
    List<Pod> pods(String app) {
        List<Pod> pods = new ArrayList<>();
        for (Pod pod : cluster.client().pods().inNamespace(NAMESPACE).list().getItems()) {
            boolean isMeant = app.isEmpty() || app.equals(pod.getMetadata().getLabels().get("app"));
            boolean hasEnded =
                    pod.getMetadata().getDeletionTimestamp() != null
                            || pod.getStatus().getPhase().equals("Succeeded");
            if (isMeant && !hasEnded) {
                pods.add(pod);
            }
        }
        pods.sort(Comparator.comparing(pod -> pod.getMetadata().getName()));
        return pods;
    }

    /** Deletes the pods of a part. */
    void deletePods(String app) {
        cluster.client().pods().inNamespace(NAMESPACE).withLabel("app", app).delete();
    }

    /** Runs so many operators. */
    void scaleOperator(int replicas) {
        cluster.client()
                .apps()
                .deployments()
                .inNamespace(NAMESPACE)
                .withName("xsan-operator")
                .scale(replicas);
        Kubernetes.awaitTrue(
                replicas + " operators",
                READY,
                () -> {
                    List<Pod> pods = pods("xsan-operator");
                    return pods.size() == replicas && pods.stream().allMatch(Readiness::isPodReady);
                });
    }

    /** How often the containers of a pod were started again. */
    static int restarts(Pod pod) {
        return pod.getStatus().getContainerStatuses().stream()
                .mapToInt(status -> status.getRestartCount())
                .sum();
    }

    /** Runs the {@code xsan} command as an administrator, and answers what it printed. */
    String xsan(String arguments) {
        String pod = pods("xsan-tools").getFirst().getMetadata().getName();
        Kubernetes.Outcome outcome =
                cluster.exec(
                        NAMESPACE,
                        pod,
                        Duration.ofMinutes(1),
                        "java --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
                                + " -XX:TieredStopAtLevel=1 -cp @/app/jib-classpath-file io.xsan.server.Main "
                                + arguments);
        if (outcome.exitCode() != 0) {
            throw new AssertionError("xsan " + arguments + ": " + outcome.output());
        }
        return outcome.output();
    }

    /** Waits until every component of every volume is in sync. */
    void awaitInSync() {
        Kubernetes.awaitTrue("all components in sync", READY, this::isInSync);
    }

    private boolean isInSync() throws JsonProcessingException {
        JsonNode volumes = JSON.readTree(xsan("volume list --output json")).path("volumes");
        List<JsonNode> components = volumes.findValues("components");
        return !components.isEmpty()
                && components.stream()
                        .flatMap(each -> each.findValuesAsText("state").stream())
                        .allMatch("IN_SYNC"::equals);
    }
}
