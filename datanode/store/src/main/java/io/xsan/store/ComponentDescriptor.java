package io.xsan.store;

import io.xsan.base.Check;

/**
 * What a component is of: first record of its log, and enough to import a cluster from its disks
 * alone. {@code volumeRecord} is the metadata's own encoding of the volume (name, policy, ring) as
 * of the last change, opaque here, at most 64 KiB.
 */
public record ComponentDescriptor(
        long volume, long generation, int node, long sizeBytes, java.nio.ByteBuffer volumeRecord) {
    /** Largest volume record. */
    public static final int VOLUME_RECORD_BYTES_MAX = 64 << 10;

    /** Checks ranges. */
    public ComponentDescriptor {
        Check.that(volume > 0 && generation > 0, "component identity", volume, generation);
        Check.that(node > 0, "component node", node);
        Check.that(sizeBytes >= 0, "volume size", sizeBytes);
        Check.that(volumeRecord.remaining() <= VOLUME_RECORD_BYTES_MAX, "volume record is small");
    }
}
