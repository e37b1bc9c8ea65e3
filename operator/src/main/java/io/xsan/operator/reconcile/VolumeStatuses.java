package io.xsan.operator.reconcile;

import io.fabric8.kubernetes.api.model.Condition;
import io.xsan.crds.ComponentStatus;
import io.xsan.crds.XsanVolume;
import io.xsan.crds.XsanVolumeStatus;
import io.xsan.operator.identity.Identity;
import io.xsan.protocol.v1.Attachment;
import io.xsan.protocol.v1.Component;
import io.xsan.protocol.v1.Volume;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Statuses of volumes, from the metadata. */
final class VolumeStatuses {
    private static final int PERCENT = 100;

    private VolumeStatuses() {}

    /** Of a volume that could not be made. */
    static XsanVolumeStatus ofRefused(
            XsanVolume object, @Nullable String refusal, InstantSource clock) {
        Conditions conditions =
                new Conditions(present(object), object.getMetadata().getGeneration(), clock);
        conditions.set("Applied", false, "Refused", refusal == null ? "" : refusal);
        return new XsanVolumeStatus(
                object.getMetadata().getGeneration(),
                null,
                null,
                "Refused",
                null,
                null,
                null,
                null,
                List.of(),
                conditions.list());
    }

    /** Of a volume that there is; {@code refusal} says why its spec was not applied, if so. */
    static XsanVolumeStatus of(
            XsanVolume object,
            Volume volume,
            @Nullable String refusal,
            Identity identity,
            InstantSource clock) {
        long generation = object.getMetadata().getGeneration();
        Conditions conditions = new Conditions(present(object), generation, clock);
        List<Component> components = volume.getComponentsList();
        long inSync = components.stream().filter(Health::isInSync).count();
        boolean isRedundant = inSync == components.size();
        conditions.set(
                "Redundant",
                isRedundant,
                isRedundant ? "InSync" : "Degraded",
                inSync + " of " + components.size() + " components are in sync");
        conditions.set(
                "Applied",
                refusal == null,
                refusal == null ? "Applied" : "Refused",
                refusal == null ? "the volume is as the spec asks" : refusal);
        return new XsanVolumeStatus(
                generation,
                refusal == null ? Long.valueOf(generation) : appliedBefore(object),
                volume.getId(),
                state(volume, isRedundant),
                identity.nameOf(volume.getOwner()),
                (long) volume.getEpoch(),
                inSync + "/" + components.size(),
                attachedTo(volume),
                components.stream().map(each -> component(each, identity)).toList(),
                conditions.list());
    }

    private static List<Condition> present(XsanVolume object) {
        return object.getStatus() == null ? List.of() : object.getStatus().conditions();
    }

    private static @Nullable Long appliedBefore(XsanVolume object) {
        return object.getStatus() == null ? null : object.getStatus().appliedGeneration();
    }

    private static String state(Volume volume, boolean isRedundant) {
        if (volume.getDeleting()) {
            return "Deleting";
        }
        if (!Health.isServing(volume)) {
            return "Paused";
        }
        if (volume.hasMove()) {
            return "Moving";
        }
        return isRedundant ? "Healthy" : "Degraded";
    }

    private static @Nullable String attachedTo(Volume volume) {
        List<String> hosts = volume.getAttachmentsList().stream().map(Attachment::getHost).toList();
        return hosts.isEmpty() ? null : String.join(", ", hosts);
    }

    private static ComponentStatus component(Component component, Identity identity) {
        String state =
                switch (component.getState()) {
                    case "IN_SYNC" -> "InSync";
                    case "STALE" -> "Stale";
                    case "SYNCING" -> "Syncing";
                    default -> component.getState();
                };
        return new ComponentStatus(
                identity.nameOf(component.getNode()), state, progress(component));
    }

    private static @Nullable Integer progress(Component component) {
        long all = component.getPagesCopied() + component.getPagesLeft();
        return all == 0 ? null : Math.toIntExact(component.getPagesCopied() * PERCENT / all);
    }
}
