package io.xsan.meta.command;

import io.xsan.base.ClusterId;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.meta.image.AttachmentRecord;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.RingRecord;
import io.xsan.meta.image.VolumePolicy;
import java.util.List;

/**
 * A change of the metadata. Decided and applied in log order, deterministically; ids and time are
 * put in by the proposer. Every command is idempotent: by name, by the state it expects, or because
 * repeating it changes nothing.
 */
public sealed interface Command {
    /** Forms the cluster; refused with CONFLICT if it is formed under another id. */
    record FormCluster(ClusterId clusterId, int featureLevel) implements Command {}

    /**
     * A datanode process has started. Refused with IDENTITY_MISMATCH if the node is known with
     * another store id (an emptied data_dir) unless it was replaced by command.
     */
    record RegisterNode(NodeRecord node) implements Command {}

    /**
     * Gives up store {@code storeId} of a known node, which may then come back with another: its
     * components become stale since 0, of a new generation. Refused with CONFLICT where that would
     * leave a block without an in-sync component, with IDENTITY_MISMATCH if the node has another
     * store by now.
     */
    record ReplaceNode(NodeId node, long storeId) implements Command {}

    /**
     * A node, in the life of {@code incarnation}, has lost components: the devices that they are on
     * have failed, or are not there. Each is given up and becomes stale since 0, of a new
     * generation, which the node makes on another device. The outcomes are in the order of {@code
     * lost}: CONFLICT where it has the only in-sync copy of a block, NOT_FOUND if the node has
     * nothing of the volume; one of an earlier generation was given up before. From feature level 2
     * on.
     */
    record ComponentsLost(NodeId node, long incarnation, List<Lost> lost) implements Command {
        /** Components that one command names at most. */
        public static final int LOST_MAX = 1024;

        /** Copies the list. */
        public ComponentsLost {
            lost = List.copyOf(lost);
        }

        /** A component, or what its node gains by a move. */
        public record Lost(VolumeId id, long generation) {}
    }

    /**
     * Makes a volume, owned by {@code owner}. Same id and name again answers as the first time.
     * {@code firstGeneration} is an id of its own, positive and never given before in the cluster.
     */
    record CreateVolume(
            VolumeId id,
            String name,
            long sizeBytes,
            int sectorBytes,
            VolumePolicy policy,
            NodeId owner,
            long firstGeneration,
            long nowMillis)
            implements Command {}

    /**
     * Starts deletion and frees the name; refused with CONFLICT while attachments exist. A volume
     * that is not there was deleted before: done, without a volume.
     */
    record DeleteVolume(VolumeId id) implements Command {}

    /**
     * A node confirms that it dropped its component of a volume that is being deleted, where the
     * last one removes the volume, or one that left the volume's ring.
     */
    record ComponentDropped(VolumeId id, NodeId node, long generation) implements Command {}

    /** Grows a volume; shrinking is refused with INVALID_PARAM. */
    record ResizeVolume(VolumeId id, long sizeBytes) implements Command {}

    /** Changes what of a policy can be changed without moving data (minReplicas). */
    record SetPolicy(VolumeId id, VolumePolicy policy) implements Command {}

    /** Makes {@code owner} the owner; it takes an epoch when its engine starts. */
    record MoveVolume(VolumeId id, NodeId owner) implements Command {}

    /**
     * Gives volumes whose owner has lost its lease to others. A change holds for exactly the owner
     * and epoch that were seen, so that one that comes late changes nothing: CONFLICT. Also
     * CONFLICT where the component of the new owner is not in sync; OK if it owns the volume
     * already. Many volumes in one command: a dead node costs one.
     */
    record TakeOver(List<Change> changes) implements Command {
        /** Most changes of one command; more are refused with INVALID_PARAM. */
        public static final int CHANGES_MAX = 1024;

        /** One volume. */
        public record Change(VolumeId id, int epoch, NodeId from, NodeId to) {}

        /** Copies the list. */
        public TakeOver {
            changes = List.copyOf(changes);
        }
    }

    /**
     * An engine starts on the owner and asks for a new epoch; {@code requestId} makes a repetition
     * answer with the epoch that it was granted the first time. Refused with NOT_OWNER, and with
     * IDENTITY_MISMATCH for an incarnation other than the one that the node registered. The result
     * carries the volume as of the grant (rule 4). The leader lets it into the log only when its
     * table of leases says that no earlier owner can still answer reads.
     */
    record GrantEpoch(VolumeId id, NodeId node, long incarnation, long requestId)
            implements Command {}

    /**
     * Rule 3: records components stale since {@code since}; one already stale or syncing keeps its
     * older since. Refused with EPOCH_FENCED under an older epoch, with CONFLICT where any block
     * would be left without an in-sync component. Many volumes in one command: a dead node costs
     * each owner one. {@code gain} of a change: not the component is meant, but what its node gains
     * by a move, which is never refused for the blocks' sake.
     */
    record MarkStale(List<Change> changes) implements Command {
        /** Most changes of one command; more are refused with INVALID_PARAM. */
        public static final int CHANGES_MAX = 1024;

        /** One component. */
        public record Change(
                VolumeId id, int epoch, NodeId node, long generation, boolean gain, long since) {}

        /** Copies the list. */
        public MarkStale {
            changes = List.copyOf(changes);
        }
    }

    /**
     * Rule 9: stale becomes syncing with attempt + 1, which the result names. One that is syncing
     * under {@code expectedAttempt} (of an earlier owner) begins a new attempt; one that is syncing
     * under the attempt after it was started by this command before. {@code gain} as in {@link
     * MarkStale}.
     */
    record StartResync(
            VolumeId id, int epoch, NodeId node, long generation, boolean gain, int expectedAttempt)
            implements Command {}

    /**
     * Rule 9: syncing becomes in-sync, only under exactly this attempt and by the current epoch; a
     * repetition of one that has committed answers OK. Refused with IDENTITY_MISMATCH if the node
     * has registered another incarnation or store since. {@code gain} as in {@link MarkStale}.
     */
    record Promote(
            VolumeId id,
            int epoch,
            NodeId node,
            long generation,
            boolean gain,
            int attempt,
            long incarnation,
            long storeId)
            implements Command {}

    /** Notes the store on which an in-sync component was opened the first time. */
    record NoteStore(VolumeId id, int epoch, NodeId node, long generation, long storeId)
            implements Command {}

    /**
     * The last resort: of some blocks no in-sync component is left. Those of {@code from} become
     * in-sync with what they have, the in-sync ones of {@code lost} stale, and everything that is
     * not in-sync lacks at least what {@code from} does. A node of {@code lost} may be in {@code
     * from} where what it has is damaged. The first of {@code from} becomes the owner, and the
     * epoch is one more, so that nothing older is believed. Holds for exactly the epoch and the
     * states that were seen, else CONFLICT, as where an in-sync component that is not in {@code
     * lost} has every block, or where a block would still have none. Repeating it answers OK.
     */
    record RecoverVolume(VolumeId id, int epoch, List<NodeId> from, List<NodeId> lost)
            implements Command {
        /** Copies the lists. */
        public RecoverVolume {
            from = List.copyOf(from);
            lost = List.copyOf(lost);
        }
    }

    /**
     * All in-sync components of a volume were made equal: none is unsettled any more (see
     * ComponentRecord). Holds under the epoch only. Repeating it answers OK.
     */
    record SettleVolume(VolumeId id, int epoch) implements Command {}

    /** Makes an attachment; the same id again answers OK. */
    record Attach(VolumeId id, AttachmentRecord attachment) implements Command {}

    /** Ends an attachment; absent is OK. */
    record Detach(VolumeId id, long attachmentId) implements Command {}

    /**
     * Rule 11: the volume's data is to be on {@code ring}, under {@code policy}. What nodes gain by
     * it becomes stale since 0. The version of the ring is one more than that of the ring, or of
     * the move that is under way, which this one replaces; one that is not is refused with
     * CONFLICT. Refused too where a node is not known, has no store, or has yet to drop an earlier
     * component of the volume.
     */
    record StartMove(VolumeId id, RingRecord ring, VolumePolicy policy) implements Command {}

    /**
     * Rule 11: the ring of the move becomes that of the volume; refused with CONFLICT until all
     * that nodes gain by it is in sync, with EPOCH_FENCED under an older epoch. The components that
     * it does not name are dropped by their nodes after.
     */
    record CommitMove(VolumeId id, int epoch, long ringVersion) implements Command {}

    /** A node gets no new components any more, or may again. */
    record DrainNode(NodeId node, boolean draining) implements Command {}

    /**
     * Forgets a node; one that is not known is done. Refused with CONFLICT while it holds anything
     * of a volume, or owns one.
     */
    record RemoveNode(NodeId node) implements Command {}

    /** Raises the feature level; refused until every node supports it. */
    record RaiseFeatureLevel(int level) implements Command {}
}
