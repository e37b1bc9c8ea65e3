package io.xsan.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Runs the operator; or, with the argument {@code release-finalizers}, lets objects go that nobody
 * would look after any more, without touching what they stand for.
 */
@QuarkusMain
class Main implements QuarkusApplication {
    private final KubernetesClient client;
    private final Operator operator;
    private final String namespace;

    Main(
            KubernetesClient client,
            Operator operator,
            @ConfigProperty(name = "xsan.namespace") String namespace) {
        this.client = client;
        this.operator = operator;
        this.namespace = namespace;
    }

    @Override
    public int run(String... arguments) {
        if (arguments.length == 1 && arguments[0].equals("release-finalizers")) {
            Finalizers.release(client, namespace);
            return 0;
        }
        if (arguments.length > 0) {
            System.err.println(
                    "xsan-operator: '%s' is not known, allowed is release-finalizers or nothing"
                            .formatted(String.join(" ", arguments)));
            return 2;
        }
        operator.start();
        Quarkus.waitForExit();
        return 0;
    }
}
