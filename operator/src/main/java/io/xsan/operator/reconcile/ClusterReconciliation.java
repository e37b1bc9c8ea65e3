package io.xsan.operator.reconcile;

import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.xsan.crds.XsanCluster;
import io.xsan.operator.desired.Configs;
import io.xsan.operator.desired.DesiredState;
import io.xsan.operator.desired.Plan;
import io.xsan.operator.identity.Certificates;
import io.xsan.operator.identity.Identity;
import io.xsan.operator.identity.IdentityStore;
import io.xsan.operator.identity.StorageNode;
import io.xsan.operator.storage.Storage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** One look at an {@code XsanCluster}, and the next step towards what it asks for. */
public final class ClusterReconciliation {
    private static final Duration AUTHORITY_WARNING = Duration.ofDays(365);
    private static final Map<String, String> LABELS =
            Map.of(
                    "app.kubernetes.io/part-of",
                    "xsan",
                    "app.kubernetes.io/managed-by",
                    ServerSideApply.MANAGER);

    private final Environment environment;
    private final IdentityStore identities;

    /** In an environment. */
    public ClusterReconciliation(Environment environment) {
        this.environment = environment;
        identities = new IdentityStore(environment.client(), environment.namespace());
    }

    /** Does what can be done now, and answers the status of the object. */
    public Outcome reconcile(XsanCluster cluster) {
        Conditions conditions =
                new Conditions(
                        presentConditions(cluster),
                        cluster.getMetadata().getGeneration(),
                        environment.clock());
        Optional<Identity> accepted =
                new Admission(environment, identities).admit(cluster, conditions);
        if (accepted.isEmpty()) {
            conditions.set(
                    "Ready",
                    false,
                    "NotAccepted",
                    "nothing is made for this object: see the condition Accepted");
            return Outcome.ofNothing(cluster, null, conditions);
        }
        Candidates candidates =
                Candidates.of(
                        cluster.getSpec().storage(),
                        environment.client().nodes().list().getItems());
        Identity before = accepted.get();
        Identity adjusted =
                before.adjusted(
                        candidates.wanted(),
                        candidates.exist(),
                        cluster.getSpec().metadata().members());
        int members = cluster.getSpec().metadata().members();
        if (before.nodes().isEmpty() && adjusted.nodes().size() < members) {
            return tooFewNodes(cluster, candidates, before, conditions);
        }
        return reconcile(cluster, before, adjusted, conditions);
    }

    private static List<Condition> presentConditions(XsanCluster cluster) {
        return cluster.getStatus() == null ? List.of() : cluster.getStatus().conditions();
    }

    private static Outcome tooFewNodes(
            XsanCluster cluster, Candidates candidates, Identity identity, Conditions conditions) {
        List<String> what = new ArrayList<>();
        what.add(
                "metadata.members is %d, but %d nodes match spec.storage"
                        .formatted(
                                cluster.getSpec().metadata().members(),
                                candidates.wanted().size()));
        what.addAll(candidates.problems());
        conditions.set("Ready", false, "TooFewNodes", String.join("; ", what));
        return Outcome.ofNothing(cluster, identity.clusterId(), conditions);
    }

    private Outcome reconcile(
            XsanCluster cluster, Identity before, Identity adjusted, Conditions conditions) {
        identities.write(keptLeaving(before, adjusted));
        Certificates certificates =
                Certificates.of(
                        environment.client(),
                        environment.namespace(),
                        environment.clock(),
                        adjusted.clusterId());
        Plan plan =
                new Plan(
                        cluster.getSpec(),
                        adjusted,
                        environment.namespace(),
                        environment.release());
        boolean isApplied = apply(cluster, plan, certificates, conditions);
        Storage storage =
                environment
                        .storages()
                        .connect(adjusted.clusterId(), plan.endpoints(), certificates);
        Health health = Health.of(storage);
        if (health.isReachable()) {
            new Volumes(environment, storage, health, adjusted).project();
        }
        Datanodes datanodes = new Datanodes(environment.client(), environment.namespace());
        Identity after = adjusted;
        if (isApplied) {
            ScaleIn scaleIn = new ScaleIn(storage, datanodes, health);
            after = scaleIn.cancel(before, after, conditions);
            after =
                    new Rollout(planOf(plan, after), datanodes, health, environment.clock())
                            .step(conditions);
            after = scaleIn.step(after, conditions);
        }
        identities.write(after);
        sayCertificates(certificates, conditions);
        return Outcome.of(
                cluster, after, new Seen(datanodes, health, certificates.firstEnd()), conditions);
    }

    private static Plan planOf(Plan plan, Identity identity) {
        return new Plan(plan.spec(), identity, plan.namespace(), plan.release());
    }

    /** Numbers are kept before they are used; that a node stays only once the cluster was told. */
    private static Identity keptLeaving(Identity before, Identity adjusted) {
        Identity kept = adjusted;
        for (StorageNode old : before.nodes()) {
            if (!old.stays()) {
                kept = kept.with(old);
            }
        }
        return kept;
    }

    private boolean apply(
            XsanCluster cluster, Plan plan, Certificates certificates, Conditions conditions) {
        List<HasMetadata> objects = new ArrayList<>(secrets(plan, certificates));
        objects.addAll(DesiredState.of(plan));
        if (knowsAlerts()) {
            objects.addAll(DesiredState.alerts(plan));
        }
        List<String> refused = new ArrayList<>();
        for (HasMetadata object : objects) {
            try {
                environment.writer().apply(owned(cluster, object));
            } catch (KubernetesClientException e) {
                refused.add(
                        object.getKind()
                                + " "
                                + object.getMetadata().getName()
                                + ": "
                                + Conditions.sentence(e));
            }
        }
        dropClasses(plan);
        conditions.set(
                "Applied",
                refused.isEmpty(),
                refused.isEmpty() ? "Applied" : "Refused",
                refused.isEmpty()
                        ? objects.size() + " objects are as the spec asks"
                        : String.join("; ", refused));
        return refused.isEmpty();
    }

    private boolean knowsAlerts() {
        APIResourceList known = environment.client().getApiResources("monitoring.coreos.com/v1");
        return known != null
                && known.getResources().stream()
                        .anyMatch(each -> each.getKind().equals("PrometheusRule"));
    }

    private static List<Secret> secrets(Plan plan, Certificates certificates) {
        List<Secret> secrets = new ArrayList<>();
        plan.identity().running().forEach(node -> secrets.add(certificates.ofDatanode(node)));
        secrets.add(certificates.ofAgents());
        secrets.add(certificates.ofAdministrator("xsan-csi-controller", Map.of()));
        secrets.add(
                certificates.ofAdministrator(
                        "xsan-tools", Map.of("client.json", Configs.client(plan.endpoints()))));
        return secrets;
    }

    private static HasMetadata owned(XsanCluster cluster, HasMetadata object) {
        Map<String, String> labels = new LinkedHashMap<>(LABELS);
        if (object.getMetadata().getLabels() != null) {
            labels.putAll(object.getMetadata().getLabels());
        }
        object.getMetadata().setLabels(labels);
        OwnerReference owner =
                new OwnerReferenceBuilder()
                        .withApiVersion(cluster.getApiVersion())
                        .withKind(cluster.getKind())
                        .withName(cluster.getMetadata().getName())
                        .withUid(cluster.getMetadata().getUid())
                        .withController(true)
                        .build();
        object.getMetadata().setOwnerReferences(List.of(owner));
        return object;
    }

    /** Classes that the spec no longer names; volumes of theirs stay as they are. */
    private void dropClasses(Plan plan) {
        Set<String> named =
                plan.spec().storageClasses().stream()
                        .map(asked -> asked.name())
                        .collect(Collectors.toCollection(TreeSet::new));
        for (StorageClass present :
                environment
                        .client()
                        .storage()
                        .v1()
                        .storageClasses()
                        .withLabels(LABELS)
                        .list()
                        .getItems()) {
            if (!named.contains(present.getMetadata().getName())) {
                environment.client().resource(present).delete();
            }
        }
    }

    private void sayCertificates(Certificates certificates, Conditions conditions) {
        Instant end = certificates.authorityEnd();
        boolean isGood = end.isAfter(environment.clock().instant().plus(AUTHORITY_WARNING));
        conditions.set(
                "CertificatesValid",
                isGood,
                isGood ? "Valid" : "AuthorityEnds",
                isGood
                        ? "the next certificate ends at "
                                + certificates.firstEnd()
                                + " and is renewed before"
                        : "the authority in Secret %s ends at %s, and all certificates with it: replace it (docs/KUBERNETES.md)"
                                .formatted(Certificates.AUTHORITY, end));
    }
}
