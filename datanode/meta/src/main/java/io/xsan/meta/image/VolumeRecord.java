package io.xsan.meta.image;

import io.xsan.base.Check;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import java.util.List;
import java.util.Optional;

/**
 * A volume. {@code ring} is the current ring; {@code nextRing} is reserved for moving data (rule
 * 11). {@code components} has one entry per node of the ring, in the ring's order. {@code epoch} is
 * the last one granted. {@code ownerIncarnation} and {@code grantRequestId} name to whom and on
 * which request; both are 0 while {@code owner} was granted none (also after a move). {@code
 * deleting}: only the components left to confirm are still listed.
 */
public record VolumeRecord(
        VolumeId id,
        String name,
        long sizeBytes,
        int sectorBytes,
        VolumePolicy policy,
        RingRecord ring,
        Optional<RingRecord> nextRing,
        List<ComponentRecord> components,
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
        attachments = List.copyOf(attachments);
        Check.that(sectorBytes == 512 || sectorBytes == 4096, "sector size", sectorBytes);
        Check.that(sizeBytes > 0 && sizeBytes % sectorBytes == 0, "volume size", sizeBytes);
    }

    /** The component on a node. */
    public Optional<ComponentRecord> component(NodeId node) {
        return components.stream().filter(c -> c.node().equals(node)).findFirst();
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
                nextRing,
                changed,
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
                nextRing,
                components,
                newOwner,
                epoch,
                0,
                0,
                attachments,
                deleting,
                createdMillis);
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
                nextRing,
                components,
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
                nextRing,
                components,
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
                nextRing,
                components,
                owner,
                epoch,
                ownerIncarnation,
                grantRequestId,
                changed,
                deleting,
                createdMillis);
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
                nextRing,
                components,
                owner,
                epoch,
                ownerIncarnation,
                grantRequestId,
                attachments,
                true,
                createdMillis);
    }
}
