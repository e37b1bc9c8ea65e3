package io.xsan.operator.reconcile;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.xsan.operator.desired.Release;
import io.xsan.operator.storage.StorageConnector;
import java.time.InstantSource;

/** What all looks at a cluster have in common. */
public record Environment(
        KubernetesClient client,
        Writer writer,
        StorageConnector storages,
        String namespace,
        Release release,
        InstantSource clock) {}
