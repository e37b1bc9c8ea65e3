package io.xsan.operator.identity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Optional;

/** Keeps the identity in a ConfigMap that nothing owns. */
public final class IdentityStore {
    /** Name of the ConfigMap. */
    public static final String NAME = "xsan-identity";

    private static final String KEY = "identity.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final KubernetesClient client;
    private final String namespace;

    /** In a namespace. */
    public IdentityStore(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    /**
     * The identity, if a cluster was ever made here.
     *
     * @throws IllegalStateException if the ConfigMap does not hold one: a person has to look
     */
    public Optional<Identity> read() {
        ConfigMap map = client.configMaps().inNamespace(namespace).withName(NAME).get();
        if (map == null) {
            return Optional.empty();
        }
        String text = map.getData() == null ? "" : map.getData().getOrDefault(KEY, "");
        try {
            return Optional.of(JSON.readValue(text, Identity.class));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "ConfigMap %s/%s, key %s cannot be read: %s; restore it, it says which datanode has which number"
                            .formatted(namespace, NAME, KEY, e.getOriginalMessage()),
                    e);
        }
    }

    /** Replaces what is there. */
    public void write(Identity identity) {
        try {
            ConfigMap map =
                    new ConfigMapBuilder()
                            .withNewMetadata()
                            .withName(NAME)
                            .withNamespace(namespace)
                            .addToLabels("app.kubernetes.io/part-of", "xsan")
                            .endMetadata()
                            .addToData(
                                    KEY,
                                    JSON.writerWithDefaultPrettyPrinter()
                                            .writeValueAsString(identity))
                            .build();
            client.resource(map).unlock().createOr(resource -> resource.update());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an identity could not be written", e);
        }
    }

    /** Forgets the cluster. */
    public void delete() {
        client.configMaps().inNamespace(namespace).withName(NAME).delete();
    }
}
