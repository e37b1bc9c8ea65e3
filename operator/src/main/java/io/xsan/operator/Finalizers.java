package io.xsan.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.xsan.crds.XsanCluster;
import io.xsan.crds.XsanVolume;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Finalizers of the operator. */
final class Finalizers {
    private static final String OURS = "xsan.io/";
    private static final String OPERATOR = "xsan-operator";
    private static final long STOP_SECONDS = 60;

    private Finalizers() {}

    /**
     * Stops the operator, which would put them on again, and takes ours off all objects.
     *
     * @throws java.util.concurrent.CompletionException if it does not stop within a minute
     */
    static void release(KubernetesClient client, String namespace) {
        Deployment operator =
                client.apps().deployments().inNamespace(namespace).withName(OPERATOR).get();
        if (operator != null) {
            client.resource(operator)
                    .edit(each -> {
                        each.getSpec().setReplicas(0);
                        return each;
                    });
            client.pods()
                    .inNamespace(namespace)
                    .withLabel("app", OPERATOR)
                    .informOnCondition(List::isEmpty)
                    .orTimeout(STOP_SECONDS, TimeUnit.SECONDS)
                    .join();
        }
        release(client, XsanCluster.class);
        release(client, XsanVolume.class);
    }

    private static <T extends HasMetadata> void release(KubernetesClient client, Class<T> type) {
        for (T object : client.resources(type).list().getItems()) {
            if (!kept(object).equals(object.getMetadata().getFinalizers())) {
                client.resource(object)
                        .edit(each -> {
                            each.getMetadata().setFinalizers(kept(each));
                            return each;
                        });
            }
        }
    }

    private static List<String> kept(HasMetadata object) {
        return object.getMetadata().getFinalizers().stream()
                .filter(finalizer -> !finalizer.startsWith(OURS))
                .toList();
    }
}
