package io.xsan.meta.image;

import io.xsan.base.NodeId;
import io.xsan.base.Version;
import java.util.List;
import java.util.Optional;

/**
 * Data of a volume on its way to another ring (rule 11). {@code policy} takes effect with the ring.
 * {@code gains} has one entry per node that gains anything: the state of what it gains, which are
 * the blocks that {@code ring} gives to it and the volume's ring does not. On a node of both rings
 * it is part of the component that is there, and has its generation.
 */
public record MoveRecord(RingRecord ring, VolumePolicy policy, List<ComponentRecord> gains) {
    /** Copies the list. */
    public MoveRecord {
        gains = List.copyOf(gains);
    }

    /** What a node gains. */
    public Optional<ComponentRecord> gain(NodeId node) {
        return gains.stream().filter(c -> c.node().equals(node)).findFirst();
    }

    /** The same move with {@code changed} in place of the gain on its node. */
    public MoveRecord withGain(ComponentRecord changed) {
        return new MoveRecord(
                ring,
                policy,
                gains.stream().map(c -> c.node().equals(changed.node()) ? changed : c).toList());
    }

    /** The same move with nothing copied: what was may be what is given up. */
    public MoveRecord begunAgain() {
        return new MoveRecord(
                ring,
                policy,
                gains.stream()
                        .map(c -> c.with(ComponentState.STALE, Version.NONE, c.attempt()))
                        .toList());
    }

    /** True once all that the nodes gain is in sync: the ring may become the volume's. */
    public boolean isComplete() {
        return gains.stream().allMatch(c -> c.state() == ComponentState.IN_SYNC);
    }
}
