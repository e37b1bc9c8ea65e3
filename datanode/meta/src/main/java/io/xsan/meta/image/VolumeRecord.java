package io.xsan.meta.image;

import io.xsan.base.Check;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A volume. {@code ring} is the current ring; {@code move} is there while data moves to the next
 * one (rule 11). {@code components} has one entry per node of the ring, in the ring's order; {@code
 * leaving} those that the ring does not name any more and that their nodes have not yet dropped.
 * {@code lastGeneration} is the highest generation ever given to a component of the volume. {@code
 * epoch} is the last one granted. {@code ownerIncarnation} and {@code grantRequestId} name to whom
 * and on which request; both are 0 while {@code owner} was granted none (also after a move). {@code
 * deleting}: only the components left to confirm are still listed.
 */
public record VolumeRecord(
        VolumeId id,
        String name,
        long sizeBytes,
        int sectorBytes,
        VolumePolicy policy,
        RingRecord ring,
        Optional<MoveRecord> move,
        List<ComponentRecord> components,
        List<ComponentRecord> leaving,
        long lastGeneration,
        NodeId owner,
        int epoch,
        long ownerIncarnation,
        long grantRequestId,
        List<AttachmentRecord> attachments,
        boolean deleting,
        long createdMillis) {
    /** Copies the lists and checks ranges. */
    public VolumeRecord {
        components = List.copyOf(components);
        leaving = List.copyOf(leaving);
        attachments = List.copyOf(attachments);
        Check.that(sectorBytes == 512 || sectorBytes == 4096, "sector size", sectorBytes);
        Check.that(sizeBytes > 0 && sizeBytes % sectorBytes == 0, "volume size", sizeBytes);
    }

    /** The component on a node. */
    public Optional<ComponentRecord> component(NodeId node) {
        return components.stream().filter(c -> c.node().equals(node)).findFirst();
    }

    /** True if any of its components is unsettled. */
    public boolean isUnsettled() {
        return components.stream().anyMatch(ComponentRecord::isUnsettled);
    }

    /** The same volume with {@code changed} in place of the component on its node. */
    public VolumeRecord withComponent(ComponentRecord changed) {
        return withComponents(
                components.stream()
                        .map(c -> c.node().equals(changed.node()) ? changed : c)
                        .toList());
    }

    /** The same volume with other components. */
    public VolumeRecord withComponents(List<ComponentRecord> changed) {
        return new VolumeRecord(
                id,
                name,
                sizeBytes,
                sectorBytes,
                policy,
                ring,
                move,
                changed,
                leaving,
                lastGeneration,
                owner,
                epoch,
                ownerIncarnation,
                grantRequestId,
                attachments,
                deleting,
                createdMillis);
    }

    /** The same volume owned by {@code newOwner}, which was granted no epoch yet. */
    public VolumeRecord withOwner(NodeId newOwner) {
        return new VolumeRecord(
                id,
                name,
                sizeBytes,
                sectorBytes,
                policy,
                ring,
                move,
                components,
                leaving,
                lastGeneration,
                newOwner,
                epoch,
                0,
                0,
                attachments,
                deleting,
                createdMillis);
    }

    /**
     * The same volume under an epoch that nobody was granted: its owner has to ask for the next.
     */
    public VolumeRecord withEpochOfNobody(int newEpoch) {
        return withGrant(newEpoch, 0, 0);
    }

    /** The same volume with an epoch granted to its owner. */
    public VolumeRecord withGrant(int newEpoch, long incarnation, long requestId) {
        return new VolumeRecord(
                id,
                name,
                sizeBytes,
                sectorBytes,
                policy,
                ring,
                move,
                components,
                leaving,
                lastGeneration,
                owner,
                newEpoch,
                incarnation,
                requestId,
                attachments,
                deleting,
                createdMillis);
    }

    /** The same volume with another size and policy. */
    public VolumeRecord withShape(long newSizeBytes, VolumePolicy newPolicy) {
        return new VolumeRecord(
                id,
                name,
                newSizeBytes,
                sectorBytes,
                newPolicy,
                ring,
                move,
                components,
                leaving,
                lastGeneration,
                owner,
                epoch,
                ownerIncarnation,
                grantRequestId,
                attachments,
                deleting,
                createdMillis);
    }

    /** The same volume with other attachments. */
    public VolumeRecord withAttachments(List<AttachmentRecord> changed) {
        return new VolumeRecord(
                id,
                name,
                sizeBytes,
                sectorBytes,
                policy,
                ring,
                move,
                components,
                leaving,
                lastGeneration,
                owner,
                epoch,
                ownerIncarnation,
                grantRequestId,
                changed,
                deleting,
                createdMillis);
    }

    /** The same volume with its data on the way to another ring, or on no way. */
    public VolumeRecord withMove(
            Optional<MoveRecord> newMove, List<ComponentRecord> nowLeaving, long generation) {
        return new VolumeRecord(
                id,
                name,
                sizeBytes,
                sectorBytes,
                policy,
                ring,
                newMove,
                components,
                nowLeaving,
                generation,
                owner,
                epoch,
                ownerIncarnation,
                grantRequestId,
                attachments,
                deleting,
                createdMillis);
    }

    /** The same volume on the ring of {@code done}, its move. */
    public VolumeRecord movedTo(
            MoveRecord done, List<ComponentRecord> onRing, List<ComponentRecord> nowLeaving) {
        return new VolumeRecord(
                id,
                name,
                sizeBytes,
                sectorBytes,
                done.policy(),
                done.ring(),
                Optional.empty(),
                onRing,
                nowLeaving,
                lastGeneration,
                owner,
                epoch,
                ownerIncarnation,
                grantRequestId,
                attachments,
                deleting,
                createdMillis);
    }

    /**
     * One entry per node that holds anything of the volume or is to: its components, what only
     * gains, and what leaves.
     */
    public List<ComponentRecord> everyComponent() {
        List<ComponentRecord> all = new ArrayList<>(components);
        Stream<ComponentRecord> gains = move.stream().flatMap(m -> m.gains().stream());
        gains.filter(gain -> component(gain.node()).isEmpty()).forEach(all::add);
        all.addAll(leaving);
        return all;
    }

    /** What a node gains by the move, if there is one and it gains anything. */
    public Optional<ComponentRecord> gain(NodeId node) {
        return move.flatMap(m -> m.gain(node));
    }

    /** The same volume, being deleted. */
    public VolumeRecord asDeleting() {
        return new VolumeRecord(
                id,
                name,
                sizeBytes,
                sectorBytes,
                policy,
                ring,
                Optional.empty(),
                everyComponent(),
                List.of(),
                lastGeneration,
                owner,
                epoch,
                ownerIncarnation,
                grantRequestId,
                attachments,
                true,
                createdMillis);
    }

    /** Copies of each block that are promised: those of the policy, or more that it moves to. */
    public int promisedReplicas() {
        return Math.max(policy.replicas(), move.map(m -> m.policy().replicas()).orElse(0));
    }
}
