package io.xsan.operator.reconcile;

import io.fabric8.kubernetes.api.model.HasMetadata;

/** How objects get into Kubernetes. */
public interface Writer {
    /**
     * Makes an object what is given, fields that others own aside.
     *
     * @throws io.fabric8.kubernetes.client.KubernetesClientException if the API server refuses it
     */
    void apply(HasMetadata object);
}
