package io.xsan.operator.reconcile;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.xsan.crds.DeletionPolicy;
import io.xsan.crds.XsanVolume;
import io.xsan.crds.XsanVolumeSpec;
import io.xsan.crds.XsanVolumeStatus;
import io.xsan.operator.desired.DesiredState;
import io.xsan.operator.identity.Identity;
import io.xsan.operator.storage.Storage;
import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.v1.CreateVolumeRequest;
import io.xsan.protocol.v1.Volume;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Keeps an {@code XsanVolume} for every volume. The metadata of the cluster are the truth: what a
 * user writes into a spec is applied once it is new, and otherwise overwritten with what is. A
 * volume is deleted only for an object that was deleted, says so, and that no PersistentVolume
 * names.
 */
final class Volumes {
    static final String FINALIZER = "xsan.io/volume";

    private final Environment environment;
    private final Storage storage;
    private final Health health;
    private final Identity identity;
    private final Map<String, XsanVolume> objects = new TreeMap<>();
    private final Set<String> named = new TreeSet<>();

    Volumes(Environment environment, Storage storage, Health health, Identity identity) {
        this.environment = environment;
        this.storage = storage;
        this.health = health;
        this.identity = identity;
    }

    /** Looks at each volume and each object once. The cluster has answered. */
    void project() {
        environment
                .client()
                .resources(XsanVolume.class)
                .list()
                .getItems()
                .forEach(object -> objects.put(object.getMetadata().getName(), object));
        environment.client().persistentVolumes().list().getItems().stream()
                .filter(volume -> volume.getSpec().getCsi() != null)
                .filter(volume -> volume.getSpec().getCsi().getDriver().equals(DesiredState.DRIVER))
                .map(Volumes::handle)
                .forEach(named::add);
        for (Volume volume : health.volumes()) {
            XsanVolume object = objects.remove(volume.getName());
            if (object != null) {
                reconcile(object, volume);
            } else if (!volume.getDeleting()) {
                show(create(volume), volume, null);
            }
        }
        objects.values().forEach(this::withoutVolume);
    }

    private static String handle(PersistentVolume volume) {
        return volume.getSpec().getCsi().getVolumeHandle();
    }

    private XsanVolume create(Volume volume) {
        XsanVolume object = new XsanVolume();
        object.setMetadata(new ObjectMetaBuilder().withName(volume.getName()).build());
        object.setSpec(VolumeSpecs.of(volume, DeletionPolicy.Retain));
        return environment.client().resource(object).create();
    }

    private void reconcile(XsanVolume object, Volume volume) {
        if (object.getMetadata().getDeletionTimestamp() != null) {
            leave(object, volume);
            return;
        }
        XsanVolume current = withFinalizer(object);
        XsanVolumeSpec is = VolumeSpecs.of(volume, current.getSpec().deletionPolicy());
        Long applied = current.getStatus() == null ? null : current.getStatus().appliedGeneration();
        boolean isNew = !current.getMetadata().getGeneration().equals(applied);
        String refusal = null;
        if (!VolumeSpecs.isMet(current.getSpec(), volume)) {
            if (isNew) {
                refusal = applySpec(current.getSpec(), volume);
            } else {
                current.setSpec(is);
                current = environment.client().resource(current).update();
            }
        }
        show(current, volume, refusal);
    }

    private @Nullable String applySpec(XsanVolumeSpec asked, Volume volume) {
        try {
            long sizeBytes = VolumeSpecs.bytes(asked.size());
            if (sizeBytes != volume.getSizeBytes()) {
                storage.resize(volume.getId(), sizeBytes);
            }
            if (!VolumeSpecs.policy(asked, volume.getPolicy()).equals(volume.getPolicy())) {
                storage.setPolicy(volume.getId(), VolumeSpecs.policy(asked, volume.getPolicy()));
            }
            return null;
        } catch (ApiException e) {
            return e.getMessage();
        }
    }

    private void leave(XsanVolume object, Volume volume) {
        boolean isDeleted = object.getSpec().deletionPolicy() == DeletionPolicy.Delete;
        if (!isDeleted) {
            release(object);
        } else if (named.contains(volume.getId())) {
            show(object, volume, "a PersistentVolume names it: delete its claim instead");
        } else if (volume.getAttachmentsCount() > 0) {
            show(
                    object,
                    volume,
                    "it is attached to "
                            + volume.getAttachments(0).getHost()
                            + ": detach it first");
        } else if (!volume.getDeleting()) {
            try {
                storage.delete(volume.getId());
            } catch (ApiException e) {
                show(object, volume, e.getMessage());
            }
        }
    }

    /** An object without a volume: one to be made, or what is left of one that is gone. */
    private void withoutVolume(XsanVolume object) {
        boolean isGone =
                object.getMetadata().getDeletionTimestamp() != null
                        || (object.getStatus() != null && object.getStatus().id() != null);
        if (isGone) {
            release(object);
            environment.client().resource(object).delete();
            return;
        }
        try {
            XsanVolumeSpec asked = object.getSpec();
            Volume made =
                    storage.create(
                            CreateVolumeRequest.newBuilder()
                                    .setName(object.getMetadata().getName())
                                    .setSizeBytes(VolumeSpecs.bytes(asked.size()))
                                    .setSectorBytes(asked.sectorSize())
                                    .setPolicy(VolumeSpecs.policy(asked))
                                    .build());
            show(withFinalizer(object), made, null);
        } catch (ApiException e) {
            write(object, VolumeStatuses.ofRefused(object, e.getMessage(), environment.clock()));
        }
    }

    private XsanVolume withFinalizer(XsanVolume object) {
        boolean isNeeded = object.getSpec().deletionPolicy() == DeletionPolicy.Delete;
        return object.hasFinalizer(FINALIZER) == isNeeded
                ? object
                : environment
                        .client()
                        .resource(object)
                        .edit(each -> {
                            boolean _ =
                                    isNeeded
                                            ? each.addFinalizer(FINALIZER)
                                            : each.removeFinalizer(FINALIZER);
                            return each;
                        });
    }

    private void release(XsanVolume object) {
        if (object.hasFinalizer(FINALIZER)) {
            environment
                    .client()
                    .resource(object)
                    .edit(each -> {
                        each.removeFinalizer(FINALIZER);
                        return each;
                    });
        }
    }

    private void show(XsanVolume object, Volume volume, @Nullable String refusal) {
        write(object, VolumeStatuses.of(object, volume, refusal, identity, environment.clock()));
    }

    private void write(XsanVolume object, XsanVolumeStatus status) {
        if (!status.equals(object.getStatus())) {
            environment
                    .client()
                    .resource(object)
                    .editStatus(each -> {
                        each.setStatus(status);
                        return each;
                    });
        }
    }
}
