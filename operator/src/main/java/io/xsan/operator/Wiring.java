package io.xsan.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.quarkus.arc.Unremovable;
import io.xsan.operator.desired.Release;
import io.xsan.operator.reconcile.ChangedOnly;
import io.xsan.operator.reconcile.Environment;
import io.xsan.operator.reconcile.ServerSideApply;
import io.xsan.operator.storage.RemoteConnector;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Builds the graph. */
@ApplicationScoped
class Wiring {
    @Produces
    @Singleton
    Environment environment(
            KubernetesClient client,
            @ConfigProperty(name = "xsan.namespace") String namespace,
            Release release) {
        Clock clock = Clock.systemUTC();
        return new Environment(
                client,
                new ChangedOnly(new ServerSideApply(client), clock),
                new RemoteConnector(clock),
                namespace,
                release,
                clock);
    }

    @Produces
    @Singleton
    Release release(
            @ConfigProperty(name = "xsan.image.datanode") String datanode,
            @ConfigProperty(name = "xsan.image.csi-driver") String csiDriver,
            @ConfigProperty(name = "xsan.image.provisioner") String provisioner,
            @ConfigProperty(name = "xsan.image.attacher") String attacher,
            @ConfigProperty(name = "xsan.image.resizer") String resizer) {
        return new Release(datanode, csiDriver, provisioner, attacher, resizer);
    }

    @Produces
    @Singleton
    @Unremovable
    LeaderElectionConfiguration leaderElection(
            @ConfigProperty(name = "xsan.namespace") String namespace) {
        return LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration("xsan-operator")
                .withLeaseNamespace(namespace)
                .build();
    }

    /** The SDK's own metrics do not get along with this registry. */
    @Produces
    @Singleton
    @Unremovable
    Metrics metrics() {
        return Metrics.NOOP;
    }
}
