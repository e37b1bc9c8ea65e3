package io.xsan.engine.volume;

import io.xsan.engine.Bug;
import io.xsan.engine.Bugs;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.meta.image.ComponentState;
import io.xsan.meta.image.VolumeRecord;
import io.xsan.meta.placement.BlockPlacement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The components of a volume and the sets of them that the rules speak of, as masks of bits. */
final class Members {
    private final List<Member> all = new ArrayList<>();
    private final BlockPlacement placement;
    private final int[] nodes = new int[BlockPlacement.MEMBERS_MAX];
    private final int localNode;
    private final Bugs bugs;
    private final long everyone;
    private final boolean isEverywhere;

    Members(VolumeRecord volume, int localNode, Bugs bugs) {
        this.localNode = localNode;
        this.bugs = bugs;
        for (ComponentRecord record : volume.components()) {
            all.add(new Member(all.size(), record));
        }
        everyone = all.size() == 64 ? -1 : (1L << all.size()) - 1;
        placement = new BlockPlacement(volume.id(), volume.ring(), volume.policy().replicas());
        isEverywhere = all.size() <= volume.policy().replicas();
    }

    List<Member> all() {
        return all;
    }

    /** True if every member holds every block. */
    boolean isEverywhere() {
        return isEverywhere;
    }

    @Nullable Member of(int node) {
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).node == node) {
                return all.get(i);
            }
        }
        return null;
    }

    /** Members that hold a block. */
    long replicasOf(long block) {
        if (isEverywhere) {
            return everyone;
        }
        return maskOf(placement.replicasOf(block, nodes));
    }

    /** Members of a block that an ack needs (rule 2). */
    long counting(long block) {
        long mask = 0;
        boolean isLate = bugs.has(Bug.B_PROMOTE_LATE);
        for (int i = 0; i < all.size(); i++) {
            Member member = all.get(i);
            boolean isOut = bugs.has(Bug.M_ACK_BEFORE_RECORD) && member.isRecording;
            if ((isLate ? member.isInSync() : member.counts()) && !isOut) {
                mask |= member.bit;
            }
        }
        return mask & replicasOf(block);
    }

    /** Members of {@code candidates} that are in-sync. */
    long inSync(long candidates) {
        long mask = 0;
        for (int i = 0; i < all.size(); i++) {
            mask |= all.get(i).isInSync() ? all.get(i).bit : 0;
        }
        return mask & candidates;
    }

    /** The member of {@code candidates} to read from: the local one if it can, or null. */
    @Nullable Member source(long candidates) {
        Member best = null;
        for (int i = 0; i < all.size(); i++) {
            Member member = all.get(i);
            boolean mayServe =
                    member.isInSync()
                            || (bugs.has(Bug.M_READ_SYNCING)
                                    && member.record.state() == ComponentState.SYNCING);
            boolean can = mayServe && member.isUsable() && (candidates & member.bit) != 0;
            if (can && (best == null || member.node == localNode)) {
                best = member;
            }
        }
        return best;
    }

    /**
     * True if every block of {@code target} is also on an in-sync member that can be asked: only
     * then do the indexes that can be read name all that the target may lack.
     */
    boolean areSourcesUsable(Member target) {
        long sources = 0;
        for (int i = 0; i < all.size(); i++) {
            Member member = all.get(i);
            sources |= member.isInSync() && member.isUsable() ? member.bit : 0;
        }
        for (int arc = 0; arc < placement.arcs(); arc++) {
            long replicas = maskOf(placement.replicasOfArc(arc, nodes));
            if ((replicas & target.bit) != 0 && (replicas & sources) == 0) {
                return false;
            }
        }
        return true;
    }

    private long maskOf(int count) {
        long mask = 0;
        for (int i = 0; i < count; i++) {
            Member member = of(nodes[i]);
            mask |= member == null ? 0 : member.bit;
        }
        return mask;
    }

    /** True if every in-sync member of {@code candidates} can be asked. */
    boolean allInSyncUsable(long candidates) {
        for (int i = 0; i < all.size(); i++) {
            Member member = all.get(i);
            if ((candidates & member.bit) != 0 && member.isInSync() && !member.isUsable()) {
                return false;
            }
        }
        return true;
    }

    /** Takes over the states of a newer record; false if the set of components is another one. */
    boolean adopt(VolumeRecord volume) {
        if (volume.components().size() != all.size()) {
            return false;
        }
        for (int i = 0; i < all.size(); i++) {
            ComponentRecord record = volume.components().get(i);
            Member member = all.get(i);
            if (record.node().value() != member.node || record.generation() != member.generation) {
                return false;
            }
            member.record = record;
        }
        return true;
    }
}
