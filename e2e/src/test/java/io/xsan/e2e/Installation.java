package io.xsan.e2e;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.xsan.server.heartbeat.HeartbeatKey;
import io.xsan.server.tls.ClusterAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** XSAN on the cluster: a datanode, an agent and the CSI node service on each worker. */
final class Installation {
    static final String NAMESPACE = "xsan-system";
    private static final int PORT = 7480;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration READY = Duration.ofMinutes(4);
    private static final String TLS = "/etc/xsan-tls/";

    private final Kubernetes cluster;
    private final Images images;
    private final Path secrets;
    private final String clusterId = UUID.randomUUID().toString();
    private final List<String> nodes;
    private final List<String> addresses;

    /** Names of the images. */
    record Images(String datanode, String csi, String sidecars) {
        Map<String, String> values() {
            return Map.of(
                    "DATANODE_IMAGE", datanode,
                    "CSI_IMAGE", csi,
                    "PROVISIONER_IMAGE", sidecars.replace("*", "csi-provisioner"),
                    "ATTACHER_IMAGE", sidecars.replace("*", "csi-attacher"),
                    "RESIZER_IMAGE", sidecars.replace("*", "csi-resizer"));
        }
    }

    /** Keeps certificates in the directory {@code secrets} until they are in the cluster. */
    Installation(Kubernetes cluster, Images images, Path secrets) {
        this.cluster = cluster;
        this.images = images;
        this.secrets = secrets;
        Map<String, String> workers = cluster.workers();
        nodes = List.copyOf(workers.keySet());
        addresses = List.copyOf(workers.values());
    }

    List<String> nodes() {
        return nodes;
    }

    /** Applies everything, and returns when all of it is ready. */
    void install() throws IOException {
        cluster.apply("system.yaml", Map.of());
        ClusterAuthority authority = ClusterAuthority.create(secrets, clusterId);
        HeartbeatKey.create(secrets.resolve("heartbeat.key"));
        for (int i = 0; i < nodes.size(); i++) {
            installDatanode(authority, i + 1);
        }
        authority.issue(secrets, "agent", "agent", 0);
        authority.issue(secrets, "admin", "admin", 0);
        Files.writeString(secrets.resolve("client.json"), client().toPrettyString());
        Map<String, String> values = new TreeMap<>(images.values());
        values.put("ENDPOINTS", String.join(",", endpoints()));
        configMap("xsan-agent", "agent.json", agentConfig());
        secret("xsan-agent", "ca.crt", "agent.crt", "agent.key");
        secret("xsan-csi-controller", "ca.crt", "admin.crt", "admin.key");
        secret("xsan-tools", "ca.crt", "admin.crt", "admin.key", "client.json");
        for (String file :
                List.of("agent.yaml", "csi-controller.yaml", "csi-node.yaml", "tools.yaml")) {
            cluster.apply(file, values);
        }
        awaitReady();
    }

    private void installDatanode(ClusterAuthority authority, int number) throws IOException {
        authority.issue(secrets, "node", "node", number, addresses.get(number - 1));
        String name = "xsan-datanode-" + number;
        configMap(name, "config.json", datanodeConfig(number));
        secret(name, "ca.crt", "node.crt", "node.key", "heartbeat.key");
        Map<String, String> values = new TreeMap<>(images.values());
        values.put("NUMBER", Integer.toString(number));
        values.put("NODE", nodes.get(number - 1));
        cluster.apply("datanode.yaml", values);
    }

    private ObjectNode datanodeConfig(int number) {
        ObjectNode json = JSON.createObjectNode();
        json.putObject("cluster")
                .put("cluster_id", clusterId)
                .put("node_id", number)
                .put("bind_ip", addresses.get(number - 1))
                .put("bind_port", PORT)
                .put("data_dir", "/var/lib/xsan/data");
        json.putObject("storage")
                .putArray("devices")
                .addObject()
                .put("path", "/var/lib/xsan/disk")
                .put("size", "1536MiB");
        ArrayNode members = json.putArray("members");
        for (int i = 0; i < addresses.size(); i++) {
            members.addObject()
                    .put("node_id", i + 1)
                    .put("host", addresses.get(i))
                    .put("port", PORT);
        }
        json.putObject("tls")
                .put("authority", TLS + "ca.crt")
                .put("certificate", TLS + "node.crt")
                .put("key", TLS + "node.key")
                .put("heartbeat_key", TLS + "heartbeat.key");
        return json;
    }

    private ObjectNode agentConfig() {
        ObjectNode json = JSON.createObjectNode();
        ObjectNode named = json.putObject("cluster").put("cluster_id", clusterId);
        endpoints().forEach(named.putArray("endpoints")::add);
        json.putObject("host")
                .put("state_dir", "/var/lib/xsan/agent")
                .put("socket", "/run/xsan/agent.sock");
        json.putObject("tls")
                .put("authority", TLS + "ca.crt")
                .put("certificate", TLS + "agent.crt")
                .put("key", TLS + "agent.key");
        return json;
    }

    private ObjectNode client() {
        ObjectNode json = JSON.createObjectNode();
        endpoints().forEach(json.putArray("endpoints")::add);
        return json.put("authority", "ca.crt")
                .put("certificate", "admin.crt")
                .put("key", "admin.key");
    }

    private List<String> endpoints() {
        return addresses.stream().map(address -> address + ":" + (PORT + 1)).toList();
    }

    private void configMap(String name, String file, ObjectNode json) {
        cluster.client()
                .resource(
                        new ConfigMapBuilder()
                                .withNewMetadata()
                                .withName(name)
                                .withNamespace(NAMESPACE)
                                .endMetadata()
                                .addToData(file, json.toPrettyString())
                                .build())
                .serverSideApply();
    }

    private void secret(String name, String... files) throws IOException {
        SecretBuilder secret =
                new SecretBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(NAMESPACE)
                        .endMetadata();
        for (String file : files) {
            byte[] bytes = Files.readAllBytes(secrets.resolve(file));
            secret.addToData(file, Base64.getEncoder().encodeToString(bytes));
        }
        cluster.client().resource(secret.build()).serverSideApply();
    }

    /** Waits until every pod of XSAN is ready, and the kubelets know the driver. */
    void awaitReady() {
        int parts = 3 * nodes.size() + 2;
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

    /** Pods of a part ({@code xsan-agent}), or of all where it is empty; none that is ending. */
    List<Pod> pods(String app) {
        List<Pod> pods = new ArrayList<>();
        for (Pod pod : cluster.client().pods().inNamespace(NAMESPACE).list().getItems()) {
            boolean isMeant = app.isEmpty() || app.equals(pod.getMetadata().getLabels().get("app"));
            if (isMeant && pod.getMetadata().getDeletionTimestamp() == null) {
                pods.add(pod);
            }
        }
        return pods;
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
        Kubernetes.awaitTrue(
                "all components in sync",
                READY,
                () -> {
                    var volumes = JSON.readTree(xsan("volume list --output json")).path("volumes");
                    List<String> states = volumes.findValuesAsText("state");
                    return !states.isEmpty()
                            && volumes.findValues("components").stream()
                                    .flatMap(each -> each.findValuesAsText("state").stream())
                                    .allMatch("IN_SYNC"::equals);
                });
    }
}
