package io.xsan.operator.reconcile;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;

/** Lets the API server merge: fields that the operator no longer names go, those of others stay. */
public record ServerSideApply(KubernetesClient client) implements Writer {
    /** Name of the operator among the managers of fields. */
    public static final String MANAGER = "xsan-operator";

    @Override
    public void apply(HasMetadata object) {
        client.resource(object).fieldManager(MANAGER).forceConflicts().serverSideApply();
    }
}
