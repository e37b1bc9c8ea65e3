package io.xsan.server.api;

import io.xsan.base.ErrorCode;
import io.xsan.base.Fullness;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.decide.Decider;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.RingRecord;
import io.xsan.meta.image.VolumeRecord;
import io.xsan.protocol.v1.NodeStatus;
import io.xsan.protocol.v1.Store;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What follows from how full the stores of the nodes are, as they say at the moment. It is not in
 * the metadata, so a volume that is made while they fill up may just be let through.
 */
final class SpaceLimits {
    private SpaceLimits() {}

    /**
     * Refuses a volume that would be placed on a node that is too full for new ones; a node that
     * does not answer is taken to have room.
     *
     * @throws io.grpc.StatusRuntimeException that names the node, its use and what is allowed
     */
    static void check(
            ClusterImage image, Command.CreateVolume command, Map<Integer, NodeStatus> statuses) {
        Result result = Decider.decide(image, image.index() + 1, command).result();
        if (!(result instanceof Result.Done(long _, Optional<VolumeRecord> made))) {
            return;
        }
        List<RingRecord.Member> members = made.map(v -> v.ring().members()).orElse(List.of());
        for (RingRecord.Member member : members) {
            NodeStatus status = statuses.get(member.node().value());
            int used = status == null ? 0 : usedPercent(status);
            if (used >= Fullness.NO_NEW_VOLUMES.percent()) {
                throw ApiErrors.of(
                        ErrorCode.INSUFFICIENT_SPACE,
                        "sizeBytes",
                        "sizeBytes is %d, but node %d, which would hold part of it, uses %d %% of its store; allowed for new volumes: less than %d %%"
                                .formatted(
                                        command.sizeBytes(),
                                        member.node().value(),
                                        used,
                                        Fullness.NO_NEW_VOLUMES.percent()));
            }
        }
    }

    /** Use of a node's store, in percent of what is usable; 0 for a node without one. */
    static int usedPercent(NodeStatus status) {
        Store store = status.getStore();
        return store.getUsableBytes() <= 0
                ? 0
                : (int)
                        ((store.getUsableBytes() - store.getFreeBytes())
                                * 100
                                / store.getUsableBytes());
    }
}
