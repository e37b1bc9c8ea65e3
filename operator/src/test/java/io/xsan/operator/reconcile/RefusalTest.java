package io.xsan.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.xsan.crds.XsanCluster;
import io.xsan.crds.XsanClusterSpec;
import org.junit.jupiter.api.Test;

/** What an {@code XsanCluster} says of objects that the API server does not take. */
class RefusalTest {
    private static final String SPEC =
            """
            {"storage": {"nodeSelector": {"storage": "yes"}, "devices": [{"path": "/mnt/xsan"}]}, "metadata": {"members": 1}}
            """;

    /** The exception's message has those words twice, with what a program may want around them. */
    @Test
    void refusalIsToldInTheWordsOfTheApiServer() throws JsonProcessingException {
        try (MockKubernetes kubernetes = new MockKubernetes()) {
            kubernetes.addNode("node1", "10.0.0.1");
            XsanCluster cluster =
                    kubernetes.addCluster(
                            "main", new ObjectMapper().readValue(SPEC, XsanClusterSpec.class));

            assertThat(
                            new ClusterReconciliation(refusing(kubernetes.environment()))
                                    .reconcile(cluster)
                                    .status()
                                    .conditions())
                    .filteredOn(condition -> condition.getType().equals("Applied"))
                    .singleElement()
                    .satisfies(condition ->
                            assertThat(condition.getMessage())
                                    .contains("DaemonSet is invalid: no")
                                    .doesNotContain("Failure executing", "Received status"));
        }
    }

    private static Environment refusing(Environment all) {
        return new Environment(
                all.client(),
                _ -> {
                    throw new KubernetesClientException(
                            "Failure executing: PATCH at: https://10.0.0.1/apis. Message: no. Received status: Status(code=422).",
                            422,
                            new StatusBuilder().withMessage("DaemonSet is invalid: no").build());
                },
                all.storages(),
                all.namespace(),
                all.release(),
                all.clock());
    }
}
