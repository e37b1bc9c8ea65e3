package io.xsan.server.api;

import io.xsan.base.ErrorCode;
import io.xsan.meta.command.Command;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.MoveRecord;
import io.xsan.meta.image.VolumePolicy;
import io.xsan.meta.image.VolumeRecord;
import io.xsan.meta.placement.MovePolicy;
import io.xsan.protocol.v1.Policy;
import java.util.Set;

/** Other policies for volumes there are: what to propose, whether data move for it or not. */
final class VolumeShape {
    /** Of every volume: what is acknowledged is on disk. */
    static final String DURABILITY = "sync";

    private VolumeShape() {}

    /**
     * The command that gives a volume what is asked, 0 meaning what it has: with more replicas than
     * width the width is the replicas, and a minimum that was the default stays the default.
     *
     * @throws io.grpc.StatusRuntimeException where the cluster has too few nodes, or what is asked
     *     is not known
     */
    static Command command(ClusterImage image, VolumeRecord volume, Policy asked) {
        checkDurability(asked);
        VolumePolicy now = volume.move().map(MoveRecord::policy).orElse(volume.policy());
        int replicas = or(asked.getReplicas(), now.replicas());
        int minReplicas = or(asked.getMinReplicas(), minReplicas(now, replicas));
        int width = or(asked.getWidth(), Math.max(now.width(), replicas));
        VolumePolicy next = new VolumePolicy(replicas, minReplicas, width);
        boolean staysInPlace = replicas == now.replicas() && width == now.width();
        if (staysInPlace && volume.move().isEmpty()) {
            return new Command.SetPolicy(volume.id(), next);
        }
        Command.StartMove move = new MovePolicy(image, Set.of()).reshaped(volume, next);
        if (move.ring().members().size() < width) {
            String field = replicas > move.ring().members().size() ? "replicas" : "width";
            throw ApiErrors.of(
                    ErrorCode.CONFLICT,
                    field,
                    "%s is %d; the cluster has %d nodes with a store that are not draining"
                            .formatted(
                                    field,
                                    field.equals("replicas") ? replicas : width,
                                    image.placementNodes().size()));
        }
        return move;
    }

    /**
     * Refuses what is not there yet.
     *
     * @throws io.grpc.StatusRuntimeException unless the policy says {@link #DURABILITY} or nothing
     */
    static void checkDurability(Policy asked) {
        if (!asked.getDurability().isEmpty() && !asked.getDurability().equals(DURABILITY)) {
            throw ApiErrors.of(
                    ErrorCode.INVALID_PARAM,
                    "durability",
                    "durability is '" + asked.getDurability() + "', allowed is " + DURABILITY);
        }
    }

    private static int minReplicas(VolumePolicy now, int replicas) {
        int normal = VolumePolicy.defaultMinReplicas(replicas);
        return now.minReplicas() == VolumePolicy.defaultMinReplicas(now.replicas())
                ? normal
                : Math.min(now.minReplicas(), replicas);
    }

    private static int or(int asked, int otherwise) {
        return asked == 0 ? otherwise : asked;
    }
}
