package io.xsan.operator.reconcile;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.xsan.crds.XsanCluster;
import io.xsan.crds.XsanClusterSpec;
import io.xsan.operator.desired.Release;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An API server in memory, which keeps what it is given, and a hand that does what controllers and
 * kubelets do. It has no server-side apply: objects are replaced as a whole.
 */
final class MockKubernetes implements AutoCloseable {
    static final String NAMESPACE = "xsan-system";
    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    final FakeStorage storage = new FakeStorage();
    final KubernetesClient client;
    private final KubernetesMockServer server;
    private Instant now = NOW;

    MockKubernetes() {
        server =
                new KubernetesMockServer(
                        new Context(),
                        new MockWebServer(),
                        new HashMap<>(),
                        new KubernetesCrudDispatcher(),
                        false);
        server.init();
        client = server.createClient();
    }

    Environment environment() {
        return environment("registry/datanode:1");
    }

    Environment environment(String datanodeImage) {
        InstantSource clock = () -> now;
        return new Environment(
                client,
                this::replace,
                storage,
                NAMESPACE,
                new Release(datanodeImage, "registry/csi:1", "p:1", "a:1", "r:1"),
                clock);
    }

    void passSeconds(long seconds) {
        now = now.plusSeconds(seconds);
    }

    private void replace(HasMetadata object) {
        client.resource(object).unlock().createOr(resource -> resource.update());
    }

    void addNode(String name, String address) {
        client.resource(
                        new NodeBuilder()
                                .withNewMetadata()
                                .withName(name)
                                .addToLabels("storage", "yes")
                                .endMetadata()
                                .withNewStatus()
                                .addNewAddress(address, "InternalIP")
                                .endStatus()
                                .build())
                .create();
    }

    XsanCluster addCluster(String name, XsanClusterSpec spec) {
        XsanCluster cluster = new XsanCluster();
        cluster.getMetadata().setName(name);
        cluster.setSpec(spec);
        return client.resource(cluster).create();
    }

    /** Makes the pods of all StatefulSets that have none, not ready. */
    void startPods() {
        for (StatefulSet set :
                client.apps().statefulSets().inNamespace(NAMESPACE).list().getItems()) {
            String name = set.getMetadata().getName() + "-0";
            if (client.pods().inNamespace(NAMESPACE).withName(name).get() == null) {
                client.resource(pod(set, name)).create();
            }
        }
    }

    private Pod pod(StatefulSet set, String name) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(NAMESPACE)
                .withLabels(set.getSpec().getTemplate().getMetadata().getLabels())
                .withAnnotations(set.getSpec().getTemplate().getMetadata().getAnnotations())
                .endMetadata()
                .withSpec(set.getSpec().getTemplate().getSpec())
                .withNewStatus()
                .addNewCondition()
                .withType("Ready")
                .withStatus("False")
                .withLastTransitionTime(now.toString())
                .endCondition()
                .endStatus()
                .build();
    }

    /** Pods are started, and all but those of these numbers are ready. */
    void runPods(Integer... broken) {
        startPods();
        for (Pod pod : pods()) {
            String number = pod.getMetadata().getLabels().get("number");
            boolean isBroken = List.of(broken).contains(Integer.valueOf(number));
            pod.getStatus()
                    .setConditions(
                            List.of(
                                    new PodConditionBuilder()
                                            .withType("Ready")
                                            .withStatus(isBroken ? "False" : "True")
                                            .withLastTransitionTime(now.toString())
                                            .build()));
            client.resource(pod).update();
        }
    }

    List<Pod> pods() {
        return client.pods().inNamespace(NAMESPACE).list().getItems();
    }

    Map<String, String> config(String name) {
        return client.configMaps().inNamespace(NAMESPACE).withName(name).get().getData();
    }

    @Override
    public void close() {
        client.close();
        server.destroy();
    }
}
