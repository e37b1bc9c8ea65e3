package io.xsan.operator.reconcile;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.xsan.crds.XsanCluster;
import io.xsan.operator.identity.Identity;
import io.xsan.operator.identity.IdentityStore;
import java.util.Comparator;
import java.util.Optional;
import java.util.UUID;

/** Decides whether an object stands for the cluster: one does, and it says which cluster it is. */
final class Admission {
    private static final String TYPE = "Accepted";

    private final Environment environment;
    private final IdentityStore identities;

    Admission(Environment environment, IdentityStore identities) {
        this.environment = environment;
        this.identities = identities;
    }

    /** The identity of the cluster that the object stands for; empty where it stands for none. */
    Optional<Identity> admit(XsanCluster cluster, Conditions conditions) {
        Optional<String> other = older(cluster);
        if (other.isPresent()) {
            conditions.set(
                    TYPE,
                    false,
                    "OtherCluster",
                    "XsanCluster "
                            + other.get()
                            + " is the cluster here; there is one for each Kubernetes cluster, delete this object");
            return Optional.empty();
        }
        Optional<Identity> kept = identities.read();
        String uid = cluster.getMetadata().getUid();
        String asked = cluster.getSpec().clusterId();
        if (kept.isEmpty()) {
            String id = asked.isEmpty() ? UUID.randomUUID().toString() : asked;
            conditions.set(TYPE, true, "Accepted", "this object is the cluster " + id);
            Identity made = Identity.create(id, uid);
            identities.write(made);
            return Optional.of(made);
        }
        Identity identity = kept.get();
        boolean isItself = identity.ownerUid().equals(uid);
        if (asked.isEmpty() ? isItself : asked.equals(identity.clusterId())) {
            conditions.set(
                    TYPE, true, "Accepted", "this object is the cluster " + identity.clusterId());
            return Optional.of(isItself ? identity : identity.adoptedBy(uid));
        }
        conditions.set(
                TYPE,
                false,
                "OtherIdentity",
                asked.isEmpty()
                        ? "there was a cluster here before, and its data are kept. Set spec.clusterId to %s to take it over; to begin anew, delete ConfigMap %s and Secret xsan-authority and clear the devices"
                                .formatted(identity.clusterId(), IdentityStore.NAME)
                        : "spec.clusterId is %s, but what is kept here is cluster %s"
                                .formatted(asked, identity.clusterId()));
        return Optional.empty();
    }

    private Optional<String> older(XsanCluster cluster) {
        Comparator<XsanCluster> byAge =
                Comparator.<XsanCluster, String>comparing(each -> created(each.getMetadata()))
                        .thenComparing(each -> each.getMetadata().getName());
        return environment.client().resources(XsanCluster.class).list().getItems().stream()
                .filter(each -> !each.getMetadata().getUid().equals(cluster.getMetadata().getUid()))
                .filter(each -> byAge.compare(each, cluster) < 0)
                .map(each -> each.getMetadata().getName())
                .findFirst();
    }

    private static String created(ObjectMeta meta) {
        return meta.getCreationTimestamp() == null ? "" : meta.getCreationTimestamp();
    }
}
