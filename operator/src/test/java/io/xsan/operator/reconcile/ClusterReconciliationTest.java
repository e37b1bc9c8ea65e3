package io.xsan.operator.reconcile;

import static io.xsan.operator.reconcile.MockKubernetes.NAMESPACE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.xsan.crds.CapacityStatus;
import io.xsan.crds.XsanCluster;
import io.xsan.crds.XsanClusterSpec;
import io.xsan.crds.XsanClusterStatus;
import io.xsan.operator.identity.Certificates;
import io.xsan.operator.identity.IdentityStore;
import io.xsan.protocol.v1.NodeContents;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of an {@code XsanCluster}, look by look. */
class ClusterReconciliationTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SPEC =
            """
            {"storage": {"nodeSelector": {"storage": "yes"}, "devices": [{"path": "/mnt/xsan", "size": "20Gi"}, {"path": "/mnt/more", "type": "hdd"}]}}
            """;

    private MockKubernetes kubernetes;
    private XsanCluster cluster;

    @BeforeEach
    void threeNodes() {
        kubernetes = new MockKubernetes();
        for (int i = 1; i <= 3; i++) {
            kubernetes.addNode("node" + i, "10.0.0." + i);
            kubernetes.storage.addNode(i, true);
        }
        cluster = kubernetes.addCluster("main", spec(SPEC));
    }

    @AfterEach
    void close() {
        kubernetes.close();
    }

    private static XsanClusterSpec spec(String json) {
        try {
            return JSON.readValue(json, XsanClusterSpec.class);
        } catch (IOException e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    private XsanClusterStatus look() {
        return look("registry/datanode:1");
    }

    private XsanClusterStatus look(String image) {
        XsanClusterStatus status =
                new ClusterReconciliation(kubernetes.environment(image))
                        .reconcile(cluster)
                        .status();
        cluster.setStatus(status);
        return status;
    }

    private static Condition condition(XsanClusterStatus status, String type) {
        return status.conditions().stream()
                .filter(each -> each.getType().equals(type))
                .findFirst()
                .orElseThrow(() -> new AssertionError(type + " in " + status.conditions()));
    }

    private void runCluster() {
        look();
        kubernetes.runPods();
        assertThat(condition(look(), "Ready").getStatus()).isEqualTo("True");
    }

    @Test
    void makesADatanodeOnEachNodeWithItsConfiguration() throws IOException {
        XsanClusterStatus status = look();

        assertThat(
                        names(
                                kubernetes
                                        .client
                                        .apps()
                                        .statefulSets()
                                        .inNamespace(NAMESPACE)
                                        .list()
                                        .getItems()))
                .containsExactly("xsan-datanode-1", "xsan-datanode-2", "xsan-datanode-3");
        JsonNode config = JSON.readTree(kubernetes.config("xsan-datanode-2").get("config.json"));
        assertThat(config.at("/cluster/cluster_id").asText()).isEqualTo(status.clusterId());
        assertThat(config.at("/cluster/node_id").asInt()).isEqualTo(2);
        assertThat(config.at("/cluster/bind_ip").asText()).isEqualTo("10.0.0.2");
        assertThat(config.at("/storage/devices/0/path").asText()).isEqualTo("/mnt/xsan");
        assertThat(config.at("/storage/devices/0/size").asText()).isEqualTo("20GiB");
        assertThat(config.at("/storage/devices/1/path").asText()).isEqualTo("/mnt/more");
        assertThat(config.at("/storage/devices/1/type").asText()).isEqualTo("hdd");
        assertThat(config.at("/members").findValuesAsText("host"))
                .containsExactly("10.0.0.1", "10.0.0.2", "10.0.0.3");
        assertThat(condition(status, "Applied").getMessage())
                .endsWith("objects are as the spec asks");
        assertThat(condition(status, "Ready").getStatus()).isEqualTo("False");
    }

    private static List<String> names(List<? extends HasMetadata> objects) {
        return objects.stream().map(each -> each.getMetadata().getName()).sorted().toList();
    }

    @Test
    void makesTheCsiWorkloadsAndTheClass() {
        look();

        assertThat(
                        names(
                                kubernetes
                                        .client
                                        .apps()
                                        .daemonSets()
                                        .inNamespace(NAMESPACE)
                                        .list()
                                        .getItems()))
                .containsExactly("xsan-agent", "xsan-csi-node");
        assertThat(
                        names(
                                kubernetes
                                        .client
                                        .apps()
                                        .deployments()
                                        .inNamespace(NAMESPACE)
                                        .list()
                                        .getItems()))
                .containsExactly("xsan-csi-controller", "xsan-tools");
        assertThat(kubernetes.client.storage().v1().csiDrivers().withName("csi.xsan.io").get())
                .isNotNull();
        assertThat(
                        kubernetes
                                .client
                                .storage()
                                .v1()
                                .storageClasses()
                                .withName("xsan")
                                .get()
                                .getMetadata()
                                .getAnnotations())
                .containsEntry("storageclass.kubernetes.io/is-default-class", "true");
    }

    @Test
    void everyObjectBelongsToTheCluster() {
        look();

        for (HasMetadata object :
                List.of(
                        kubernetes
                                .client
                                .apps()
                                .statefulSets()
                                .inNamespace(NAMESPACE)
                                .withName("xsan-datanode-1")
                                .get(),
                        kubernetes
                                .client
                                .secrets()
                                .inNamespace(NAMESPACE)
                                .withName("xsan-agent")
                                .get(),
                        kubernetes
                                .client
                                .storage()
                                .v1()
                                .csiDrivers()
                                .withName("csi.xsan.io")
                                .get())) {
            assertThat(object.getMetadata().getOwnerReferences().getFirst().getUid())
                    .isEqualTo(cluster.getMetadata().getUid());
        }
        assertThat(
                        kubernetes
                                .client
                                .secrets()
                                .inNamespace(NAMESPACE)
                                .withName(Certificates.AUTHORITY)
                                .get()
                                .getMetadata()
                                .getOwnerReferences())
                .isEmpty();
    }

    @Test
    void keysAreForTheirOwnerAlone() {
        look();

        for (String name : List.of("xsan-datanode-1", "xsan-datanode-2")) {
            assertThat(
                            kubernetes
                                    .client
                                    .apps()
                                    .statefulSets()
                                    .inNamespace(NAMESPACE)
                                    .withName(name)
                                    .get()
                                    .getSpec()
                                    .getTemplate()
                                    .getSpec()
                                    .getVolumes())
                    .filteredOn(volume -> volume.getSecret() != null)
                    .extracting(
                            volume -> Integer.toOctalString(volume.getSecret().getDefaultMode()))
                    .containsExactly("400");
        }
    }

    @Test
    void saysHowManyNodesAreMissing() {
        kubernetes.client.nodes().withName("node3").delete();

        Condition ready = condition(look(), "Ready");

        assertThat(ready.getReason()).isEqualTo("TooFewNodes");
        assertThat(ready.getMessage()).contains("metadata.members is 3, but 2 nodes match");
        assertThat(kubernetes.client.apps().statefulSets().inNamespace(NAMESPACE).list().getItems())
                .isEmpty();
    }

    @Test
    void isReadyWhenTheDatanodesServe() {
        kubernetes.storage.addVolume("db", 1L << 30);
        runCluster();

        XsanClusterStatus status = look();

        assertThat(status.nodesReady()).isEqualTo("3/3");
        assertThat(status.volumesInSync()).isEqualTo("1/1");
        assertThat(status.capacity()).isEqualTo(new CapacityStatus("30.0Gi", "0.0Gi"));
        assertThat(condition(status, "Redundant").getStatus()).isEqualTo("True");
        assertThat(condition(status, "UpToDate").getStatus()).isEqualTo("True");
    }

    @Test
    void secondClusterGetsAConditionAndNothingElse() {
        look();
        XsanCluster second = new XsanCluster();
        second.getMetadata().setName("second");
        second.getMetadata().setCreationTimestamp("2999-01-01T00:00:00Z");
        second.setSpec(spec(SPEC));
        second = kubernetes.client.resource(second).create();

        XsanClusterStatus status =
                new ClusterReconciliation(kubernetes.environment()).reconcile(second).status();

        assertThat(condition(status, "Accepted").getReason()).isEqualTo("OtherCluster");
        assertThat(condition(status, "Accepted").getMessage()).contains("main");
    }

    @Test
    void newObjectTakesOverAClusterOnlyByItsId() {
        String id = look().clusterId();
        kubernetes.client.resource(cluster).delete();
        cluster = kubernetes.addCluster("again", spec(SPEC));

        Condition accepted = condition(look(), "Accepted");
        assertThat(accepted.getReason()).isEqualTo("OtherIdentity");
        assertThat(accepted.getMessage()).contains("Set spec.clusterId to " + id);

        cluster.setSpec(spec(SPEC.replaceFirst("\\{", "{\"clusterId\": \"" + id + "\",")));
        XsanClusterStatus status = look();
        assertThat(condition(status, "Accepted").getStatus()).isEqualTo("True");
        assertThat(status.nodes())
                .extracting(node -> node.name() + node.id())
                .containsExactly("node11", "node22", "node33");
    }

    @Test
    void newImageRestartsOneDatanodeAtATimeWhileAllIsInSync() {
        kubernetes.storage.addVolume("db", 1L << 30);
        runCluster();

        look("registry/datanode:2");
        assertThat(images()).containsExactly("registry/datanode:1", "registry/datanode:1");

        kubernetes.startPods();
        Condition waits = condition(look("registry/datanode:2"), "UpToDate");
        assertThat(waits.getMessage()).contains("datanodes 1 are not ready");
        assertThat(images()).hasSize(3);

        kubernetes.runPods();
        kubernetes.storage.setState("db", 1, "SYNCING");
        waits = condition(look("registry/datanode:2"), "UpToDate");
        assertThat(waits.getMessage()).contains("not in sync: db (node 1 SYNCING)");
        assertThat(images()).hasSize(3);

        kubernetes.storage.setState("db", 1, "IN_SYNC");
        for (int i = 0; i < 4; i++) {
            look("registry/datanode:2");
            kubernetes.runPods();
        }
        assertThat(images()).containsOnly("registry/datanode:2").hasSize(3);
        assertThat(condition(look("registry/datanode:2"), "UpToDate").getStatus())
                .isEqualTo("True");
    }

    private List<String> images() {
        return kubernetes.pods().stream()
                .map(pod -> pod.getSpec().getContainers().getFirst().getImage())
                .toList();
    }

    @Test
    void nothingIsRestartedWhileNobodyAnswers() {
        runCluster();
        kubernetes.storage.isReachable = false;

        XsanClusterStatus status = look("registry/datanode:2");

        assertThat(kubernetes.pods()).hasSize(3);
        assertThat(condition(status, "UpToDate").getMessage()).contains("no datanode answers");
        assertThat(condition(status, "Redundant").getStatus()).isEqualTo("Unknown");
    }

    @Test
    void imageThatDoesNotStartIsTakenBack() {
        runCluster();
        look("registry/datanode:bad");
        kubernetes.startPods();
        kubernetes.passSeconds(700);

        Condition condition = condition(look("registry/datanode:bad"), "UpToDate");
        assertThat(condition.getReason()).isEqualTo("TakenBack");
        assertThat(condition.getMessage())
                .contains(
                        "datanode 1", "registry/datanode:bad", "goes back to registry/datanode:1");

        look("registry/datanode:bad");
        kubernetes.runPods();
        condition = condition(look("registry/datanode:bad"), "UpToDate");
        assertThat(condition.getReason()).isEqualTo("TakenBack");
        assertThat(images()).containsOnly("registry/datanode:1").hasSize(3);

        look("registry/datanode:3");
        assertThat(kubernetes.pods()).hasSize(2);
    }

    @Test
    void nodeIsEmptiedBeforeItIsRemoved() {
        addFourth();
        takeLabelFrom("node4");
        kubernetes.storage.contents.put(
                4, NodeContents.newBuilder().setNode(4).addVolumes("db").build());

        Condition condition = condition(look(), "ScaledIn");
        assertThat(condition.getReason()).isEqualTo("Draining");
        assertThat(kubernetes.pods()).hasSize(4);

        kubernetes.storage.contents.put(
                4, NodeContents.newBuilder().setNode(4).setRemovable(true).build());
        look();
        look();
        assertThat(
                        kubernetes
                                .client
                                .apps()
                                .statefulSets()
                                .inNamespace(NAMESPACE)
                                .withName("xsan-datanode-4")
                                .get())
                .isNull();
        assertThat(kubernetes.storage.calls).doesNotContain("remove 4");

        deletePod("xsan-datanode-4-0");
        look();
        assertThat(kubernetes.storage.calls).contains("remove 4");
        assertThat(look().nodes()).hasSize(3);
    }

    private void addFourth() {
        runCluster();
        kubernetes.addNode("node4", "10.0.0.4");
        kubernetes.storage.addNode(4, false);
        look();
        kubernetes.runPods();
        assertThat(look().nodesReady()).isEqualTo("4/4");
    }

    private void takeLabelFrom(String node) {
        kubernetes
                .client
                .nodes()
                .withName(node)
                .edit(each -> {
                    each.getMetadata().getLabels().clear();
                    return each;
                });
    }

    private void deletePod(String name) {
        kubernetes.client.pods().inNamespace(NAMESPACE).withName(name).delete();
    }

    @Test
    void nodeThatCannotBeEmptiedStaysAndSaysWhy() {
        addFourth();
        takeLabelFrom("node4");
        kubernetes.storage.contents.put(
                4,
                NodeContents.newBuilder()
                        .setNode(4)
                        .addObstacles("db has its only copy there")
                        .build());

        Condition condition = condition(look(), "ScaledIn");

        assertThat(condition.getReason()).isEqualTo("Refused");
        assertThat(condition.getMessage()).contains("node4", "db has its only copy there");
        assertThat(kubernetes.pods()).hasSize(4);
    }

    @Test
    void memberOfTheMetadataGroupIsNotTakenOut() {
        runCluster();
        takeLabelFrom("node2");

        Condition condition = condition(look(), "ScaledIn");

        assertThat(condition.getReason()).isEqualTo("Refused");
        assertThat(condition.getMessage()).contains("member of the metadata group");
        assertThat(kubernetes.storage.calls).doesNotContain("drain 2");
    }

    @Test
    void nodeThatIsWantedAgainIsNotEmptiedFurther() {
        addFourth();
        takeLabelFrom("node4");
        look();
        kubernetes
                .client
                .nodes()
                .withName("node4")
                .edit(each -> {
                    each.getMetadata().getLabels().put("storage", "yes");
                    return each;
                });

        XsanClusterStatus status = look();

        assertThat(kubernetes.storage.calls).contains("cancel 4");
        assertThat(status.conditions()).noneMatch(each -> each.getType().equals("ScaledIn"));
    }

    @Test
    void nodeThatKubernetesForgotIsNotEmptied() {
        addFourth();
        kubernetes.client.nodes().withName("node4").delete();

        look();

        assertThat(kubernetes.storage.calls).doesNotContain("drain 4");
        assertThat(
                        kubernetes
                                .client
                                .apps()
                                .statefulSets()
                                .inNamespace(NAMESPACE)
                                .withName("xsan-datanode-4")
                                .get())
                .isNotNull();
    }

    @Test
    void numbersAreNeverUsedAgain() {
        addFourth();
        takeLabelFrom("node4");
        kubernetes.storage.contents.put(
                4, NodeContents.newBuilder().setNode(4).setRemovable(true).build());
        look();
        look();
        deletePod("xsan-datanode-4-0");
        look();
        kubernetes.addNode("node5", "10.0.0.5");

        assertThat(look().nodes()).last().extracting(node -> node.id()).isEqualTo(5);
    }

    @Test
    void certificatesAreRenewedLongBeforeTheyEndAndDatanodesRunOn() {
        runCluster();
        String before = certificate();

        look();
        assertThat(certificate()).isEqualTo(before);

        // The authority works by the real time, and what it issues is for a year.
        kubernetes.passSeconds(
                Duration.between(MockKubernetes.NOW, Instant.now()).toSeconds() + 250L * 86_400);
        XsanClusterStatus status = look();
        assertThat(certificate()).isNotEqualTo(before);
        assertThat(condition(status, "UpToDate").getStatus()).isEqualTo("True");
        assertThat(kubernetes.pods()).hasSize(3);
    }

    private String certificate() {
        return kubernetes
                .client
                .secrets()
                .inNamespace(NAMESPACE)
                .withName("xsan-datanode-1")
                .get()
                .getData()
                .getOrDefault("node.crt", "");
    }

    @Test
    void classThatIsNoLongerNamedGoes() {
        look();
        cluster.setSpec(
                spec(SPEC.replaceFirst("\\{", "{\"storageClasses\": [{\"name\": \"fast\"}],")));

        look();

        assertThat(names(kubernetes.client.storage().v1().storageClasses().list().getItems()))
                .containsExactly("fast");
    }

    @Test
    void damagedIdentityIsForAPersonToLookAt() {
        look();
        kubernetes
                .client
                .configMaps()
                .inNamespace(NAMESPACE)
                .withName(IdentityStore.NAME)
                .edit(map -> {
                    map.getData().put("identity.json", "{");
                    return map;
                });

        assertThatThrownBy(this::look)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("xsan-identity");
    }

    @Test
    void troubleOfAPodIsInTheCondition() {
        look();
        kubernetes.runPods(2);
        Pod pod =
                kubernetes.client.pods().inNamespace(NAMESPACE).withName("xsan-datanode-2-0").get();
        pod.getStatus()
                .getContainerStatuses()
                .add(
                        new ContainerStatusBuilder()
                                .withName("datanode")
                                .withNewState()
                                .withNewWaiting("no such image", "ImagePullBackOff")
                                .endState()
                                .build());
        kubernetes.client.resource(pod).update();

        Condition ready = condition(look(), "Ready");

        assertThat(ready.getReason()).isEqualTo("DatanodesNotReady");
        assertThat(ready.getMessage()).contains("node2", "ImagePullBackOff", "no such image");
    }
}
