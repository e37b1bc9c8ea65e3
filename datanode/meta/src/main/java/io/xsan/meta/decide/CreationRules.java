package io.xsan.meta.decide;

import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.meta.capacity.Capacity;
import io.xsan.meta.command.Command.CreateVolume;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.meta.image.ComponentState;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.RingRecord;
import io.xsan.meta.image.VolumePolicy;
import io.xsan.meta.image.VolumeRecord;
import io.xsan.meta.placement.BlockPlacement;
import io.xsan.meta.placement.RingSelection;
import io.xsan.meta.placement.RingShares;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Making a volume. */
final class CreationRules {
    private CreationRules() {}

    static Result create(Draft draft, CreateVolume command) {
        ClusterImage image = draft.image();
        Optional<Result.Refused> invalid =
                invalidRequest(command).or(() -> invalidPolicy(command.policy()));
        if (invalid.isPresent()) {
            return invalid.get();
        }
        Optional<VolumeRecord> known = image.volume(command.id());
        if (known.isPresent()) {
            return repeated(draft, known.get(), command);
        }
        Optional<VolumeId> taken = Optional.ofNullable(image.names().get(command.name()));
        if (taken.isPresent()) {
            return Refusals.of(
                    ErrorCode.ALREADY_EXISTS,
                    "name",
                    "name '" + command.name() + "' is that of volume " + taken.get());
        }
        return fits(image, command)
                .map(refused -> (Result) refused)
                .orElseGet(() -> draft.donePutting(volume(image, command)));
    }

    /** Why {@code sizeBytes} is not a size of volumes of {@code sectorBytes}. */
    static Optional<Result.Refused> invalidSize(long sizeBytes, int sectorBytes) {
        if (sizeBytes <= 0 || sizeBytes > Limits.VOLUME_BYTES_MAX || sizeBytes % sectorBytes != 0) {
            return Optional.of(
                    Refusals.notAllowed(
                            "sizeBytes",
                            sizeBytes,
                            "multiples of " + sectorBytes + " up to " + Limits.VOLUME_BYTES_MAX));
        }
        return Optional.empty();
    }

    private static Result repeated(Draft draft, VolumeRecord known, CreateVolume command) {
        boolean isSame =
                known.name().equals(command.name())
                        && !known.deleting()
                        && known.sectorBytes() == command.sectorBytes();
        return isSame
                ? draft.done(known)
                : Refusals.of(
                        ErrorCode.ALREADY_EXISTS,
                        "id",
                        "volume " + known.id() + " exists with other properties");
    }

    private static Optional<Result.Refused> invalidRequest(CreateVolume command) {
        if (!Limits.isVolumeName(command.name())) {
            return Optional.of(Refusals.notAllowed("name", command.name(), Limits.NAME_RULE));
        }
        if (command.sectorBytes() != 512 && command.sectorBytes() != 4096) {
            return Optional.of(
                    Refusals.notAllowed("sectorBytes", command.sectorBytes(), "512, 4096"));
        }
        if (command.firstGeneration() <= 0) {
            return Optional.of(
                    Refusals.notAllowed("firstGeneration", command.firstGeneration(), "1 or more"));
        }
        return invalidSize(command.sizeBytes(), command.sectorBytes());
    }

    /** Why {@code policy} is none that a volume can have. */
    static Optional<Result.Refused> invalidPolicy(VolumePolicy policy) {
        if (policy.replicas() < 1 || policy.replicas() > VolumePolicy.REPLICAS_MAX) {
            return Optional.of(
                    Refusals.notAllowed(
                            "replicas", policy.replicas(), "1 to " + VolumePolicy.REPLICAS_MAX));
        }
        if (policy.minReplicas() < 0 || policy.minReplicas() > policy.replicas()) {
            return Optional.of(
                    Refusals.notAllowed(
                            "minReplicas",
                            policy.minReplicas(),
                            "1 to " + policy.replicas() + ", 0 for the default"));
        }
        boolean isWidth =
                policy.width() == 0
                        || (policy.width() >= policy.replicas()
                                && policy.width() <= BlockPlacement.MEMBERS_MAX);
        return isWidth
                ? Optional.empty()
                : Optional.of(
                        Refusals.notAllowed(
                                "width",
                                policy.width(),
                                policy.replicas()
                                        + " to "
                                        + BlockPlacement.MEMBERS_MAX
                                        + ", 0 for the default"));
    }

    /** Why the cluster as it is cannot take the volume. */
    private static Optional<Result.Refused> fits(ClusterImage image, CreateVolume command) {
        int nodes = image.placementNodes().size();
        VolumePolicy policy = command.policy();
        if (policy.replicas() > nodes || policy.width() > nodes) {
            String field = policy.replicas() > nodes ? "replicas" : "width";
            return Optional.of(
                    Refusals.conflict(
                            field,
                            field
                                    + " is "
                                    + Math.max(policy.replicas(), policy.width())
                                    + "; the cluster has "
                                    + nodes
                                    + " nodes with a store that are not draining"));
        }
        if (image.volumes().size() >= Limits.VOLUMES_MAX) {
            return Optional.of(
                    Refusals.of(
                            ErrorCode.BUSY,
                            "",
                            "there are " + Limits.VOLUMES_MAX + " volumes, the most"));
        }
        return OwnerRules.cannotOwn(image, command.owner())
                .or(() -> exceedsCapacity(image, policy.replicas(), command.sizeBytes()));
    }

    /** Why {@code addedBytes} more cannot be promised to a volume of {@code replicas} copies. */
    static Optional<Result.Refused> exceedsCapacity(
            ClusterImage image, int replicas, long addedBytes) {
        Capacity capacity = Capacity.of(image, replicas);
        if (addedBytes <= capacity.freeBytes()) {
            return Optional.empty();
        }
        return Optional.of(
                Refusals.of(
                        ErrorCode.INSUFFICIENT_SPACE,
                        "sizeBytes",
                        "sizeBytes asks for "
                                + addedBytes
                                + " more; allowed: "
                                + capacity.freeBytes()
                                + " ("
                                + Capacity.OVERCOMMIT_PERCENT
                                + " % of "
                                + capacity.totalBytes()
                                + ", less "
                                + capacity.promisedBytes()
                                + " of other volumes)"));
    }

    private static VolumeRecord volume(ClusterImage image, CreateVolume command) {
        List<NodeRecord> nodes = image.placementNodes();
        VolumePolicy policy = complete(command.policy(), nodes.size());
        Map<NodeId, Double> load = RingShares.load(image);
        RingRecord ring =
                new RingSelection(nodes, policy.replicas(), policy.width())
                        .select(
                                command.id(),
                                command.sizeBytes(),
                                node -> load.getOrDefault(node, 0.0));
        List<ComponentRecord> components =
                ring.members().stream()
                        .map(member ->
                                new ComponentRecord(
                                        member.node(),
                                        command.firstGeneration(),
                                        ComponentState.IN_SYNC,
                                        0,
                                        0,
                                        0))
                        .toList();
        return new VolumeRecord(
                command.id(),
                command.name(),
                command.sizeBytes(),
                command.sectorBytes(),
                policy,
                ring,
                Optional.empty(),
                components,
                List.of(),
                command.firstGeneration(),
                command.owner(),
                0,
                0,
                0,
                List.of(),
                false,
                command.nowMillis());
    }

    private static VolumePolicy complete(VolumePolicy policy, int nodes) {
        int width = Math.max(policy.replicas(), Math.min(VolumePolicy.WIDTH_DEFAULT, nodes));
        return new VolumePolicy(
                policy.replicas(),
                policy.minReplicas() == 0
                        ? VolumePolicy.defaultMinReplicas(policy.replicas())
                        : policy.minReplicas(),
                policy.width() == 0 ? width : policy.width());
    }
}
