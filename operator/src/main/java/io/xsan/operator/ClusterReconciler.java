package io.xsan.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.xsan.crds.XsanCluster;
import io.xsan.crds.XsanClusterStatus;
import io.xsan.operator.reconcile.ClusterReconciliation;
import io.xsan.operator.reconcile.Conditions;
import io.xsan.operator.reconcile.Environment;
import io.xsan.operator.reconcile.Outcome;
import io.xsan.operator.reconcile.Removal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Looks at each {@code XsanCluster} when it changes, and every few seconds. */
@ControllerConfiguration(finalizerName = ClusterReconciler.FINALIZER)
class ClusterReconciler implements Reconciler<XsanCluster>, Cleaner<XsanCluster> {
    static final String FINALIZER = "xsan.io/cluster";
    private static final Duration PERIOD = Duration.ofSeconds(10);

    private final Environment environment;
    private final ClusterMetrics metrics;

    ClusterReconciler(Environment environment, ClusterMetrics metrics) {
        this.environment = environment;
        this.metrics = metrics;
    }

    @Override
    public UpdateControl<XsanCluster> reconcile(XsanCluster cluster, Context<XsanCluster> context) {
        Outcome outcome = new ClusterReconciliation(environment).reconcile(cluster);
        if (outcome.figures() != null) {
            metrics.show(outcome.figures());
        }
        if (outcome.status().equals(cluster.getStatus())) {
            return UpdateControl.<XsanCluster>noUpdate().rescheduleAfter(PERIOD);
        }
        cluster.setStatus(outcome.status());
        return UpdateControl.patchStatus(cluster).rescheduleAfter(PERIOD);
    }

    @Override
    public ErrorStatusUpdateControl<XsanCluster> updateErrorStatus(
            XsanCluster cluster, Context<XsanCluster> context, Exception error) {
        cluster.setStatus(withReady(cluster, "Failed", Conditions.sentence(error)));
        return ErrorStatusUpdateControl.patchStatus(cluster);
    }

    @Override
    public DeleteControl cleanup(XsanCluster cluster, Context<XsanCluster> context) {
        Optional<String> waitsFor = new Removal(environment).step(cluster);
        if (waitsFor.isEmpty()) {
            return DeleteControl.defaultDelete();
        }
        XsanClusterStatus status = withReady(cluster, "Deleting", waitsFor.get());
        if (!status.equals(cluster.getStatus())) {
            KubernetesClient client = environment.client();
            client.resource(cluster)
                    .editStatus(each -> {
                        each.setStatus(status);
                        return each;
                    });
        }
        return DeleteControl.noFinalizerRemoval().rescheduleAfter(PERIOD);
    }

    private XsanClusterStatus withReady(XsanCluster cluster, String reason, String message) {
        XsanClusterStatus old = cluster.getStatus();
        Conditions conditions =
                new Conditions(
                        old == null ? List.of() : old.conditions(),
                        cluster.getMetadata().getGeneration(),
                        environment.clock());
        conditions.set("Ready", false, reason, message);
        return new XsanClusterStatus(
                cluster.getMetadata().getGeneration(),
                old == null ? null : old.clusterId(),
                old == null ? List.of() : old.nodes(),
                old == null ? null : old.nodesReady(),
                old == null ? null : old.volumesInSync(),
                old == null ? null : old.leaderNode(),
                old == null ? null : old.featureLevel(),
                old == null ? null : old.capacity(),
                conditions.list());
    }
}
