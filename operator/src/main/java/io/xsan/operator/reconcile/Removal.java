package io.xsan.operator.reconcile;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.xsan.crds.DeletionPolicy;
import io.xsan.crds.XsanCluster;
import io.xsan.operator.desired.DesiredState;
import io.xsan.operator.desired.Plan;
import io.xsan.operator.identity.Certificates;
import io.xsan.operator.identity.Identity;
import io.xsan.operator.identity.IdentityStore;
import io.xsan.operator.storage.Storage;
import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.v1.Volume;
import java.util.List;
import java.util.Optional;

/**
 * What has to be so before an {@code XsanCluster} may go: nothing is attached; and, if its data are
 * to be deleted, nothing names them and they are gone. What Kubernetes has of it goes with it; the
 * identity and the authority stay as long as the data do.
 */
public final class Removal {
    private final Environment environment;
    private final IdentityStore identities;

    /** In an environment. */
    public Removal(Environment environment) {
        this.environment = environment;
        identities = new IdentityStore(environment.client(), environment.namespace());
    }

    /** Does what can be done now; answers what it waits for, empty where the object may go. */
    public Optional<String> step(XsanCluster cluster) {
        Optional<Identity> identity =
                identities
                        .read()
                        .filter(kept -> kept.ownerUid().equals(cluster.getMetadata().getUid()));
        if (identity.isEmpty()) {
            return Optional.empty();
        }
        List<String> attached = attached();
        if (!attached.isEmpty()) {
            return Optional.of(
                    "volumes are in use, and would be gone for their pods: "
                            + String.join(", ", attached)
                            + "; delete the pods first");
        }
        return cluster.getSpec().deletionPolicy() == DeletionPolicy.Delete
                ? deleteData(cluster, identity.get())
                : Optional.empty();
    }

    private List<String> attached() {
        return environment.client().storage().v1().volumeAttachments().list().getItems().stream()
                .filter(each -> each.getSpec().getAttacher().equals(DesiredState.DRIVER))
                .map(each ->
                        each.getSpec().getSource().getPersistentVolumeName()
                                + " on "
                                + each.getSpec().getNodeName())
                .toList();
    }

    private Optional<String> deleteData(XsanCluster cluster, Identity identity) {
        List<String> named =
                environment.client().persistentVolumes().list().getItems().stream()
                        .filter(Removal::isOurs)
                        .map(volume -> volume.getMetadata().getName())
                        .toList();
        if (!named.isEmpty()) {
            return Optional.of(
                    "PersistentVolumes name data that are to be deleted: "
                            + String.join(", ", named)
                            + "; delete their claims, or set deletionPolicy to Retain");
        }
        try {
            int left = deleteVolumes(storage(cluster, identity));
            if (left > 0) {
                return Optional.of(left + " volumes are being deleted");
            }
        } catch (ApiException e) {
            return Optional.of(
                    "the volumes cannot be deleted: "
                            + e.getMessage()
                            + "; set deletionPolicy to Retain to leave them on the disks");
        }
        identities.delete();
        environment
                .client()
                .secrets()
                .inNamespace(environment.namespace())
                .withName(Certificates.AUTHORITY)
                .delete();
        return Optional.empty();
    }

    private static boolean isOurs(PersistentVolume volume) {
        return volume.getSpec().getCsi() != null
                && volume.getSpec().getCsi().getDriver().equals(DesiredState.DRIVER);
    }

    private Storage storage(XsanCluster cluster, Identity identity) {
        Certificates certificates =
                Certificates.of(
                        environment.client(),
                        environment.namespace(),
                        environment.clock(),
                        identity.clusterId());
        Plan plan =
                new Plan(
                        cluster.getSpec(),
                        identity,
                        environment.namespace(),
                        environment.release());
        return environment.storages().connect(identity.clusterId(), plan.endpoints(), certificates);
    }

    private static int deleteVolumes(Storage storage) {
        for (Volume volume : storage.status().getVolumesList()) {
            if (!volume.getDeleting()) {
                storage.delete(volume.getId());
            }
        }
        return storage.status().getVolumesCount();
    }
}
