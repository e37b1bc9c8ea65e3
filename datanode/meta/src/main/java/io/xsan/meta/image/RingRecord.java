package io.xsan.meta.image;

import io.xsan.base.NodeId;
import java.util.List;

/**
 * The ring of a volume at one version: the nodes of its width with weights (parts of usable bytes,
 * 1 to 1000) and failure domains. Everything that {@code placement} needs, so that placement of a
 * block is a pure function of this record and the volume id.
 */
public record RingRecord(long version, List<Member> members) {
    /** A node of the ring. */
    public record Member(NodeId node, int weight, String domain) {}

    /** Copies the list. */
    public RingRecord {
        members = List.copyOf(members);
    }
}
