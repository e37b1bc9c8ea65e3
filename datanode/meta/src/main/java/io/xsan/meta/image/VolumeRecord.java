package io.xsan.meta.image;

import io.xsan.base.Check;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import java.util.List;
import java.util.Optional;

/**
 * A volume. {@code ring} is the current ring; {@code nextRing} is reserved for moving data (rule
 * 11). {@code components} has one entry per node of the ring, in the ring's order. {@code epoch} is
 * the last one granted, to {@code ownerIncarnation} of {@code owner} (0: no engine was started yet).
 * {@code deleting}: only the components left to confirm are still listed.
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
        List<AttachmentRecord> attachments,
        boolean deleting,
        long createdMillis) {
    /** Copies the lists and checks ranges. */
    public VolumeRecord {
        components = List.copyOf(components);
        attachments = List.copyOf(attachments);
        Check.that(sizeBytes > 0 && sizeBytes % sectorBytes == 0, "volume size", sizeBytes);
        Check.that(sectorBytes == 512 || sectorBytes == 4096, "sector size", sectorBytes);
    }

    /** The component on a node. */
    public Optional<ComponentRecord> component(NodeId node) {
        return components.stream().filter(c -> c.node().equals(node)).findFirst();
    }
}
