package io.xsan.engine.volume;

import io.xsan.engine.Bug;
import io.xsan.engine.Bugs;
import io.xsan.engine.ShardStatus;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.meta.image.ComponentState;
import io.xsan.meta.image.MoveRecord;
import io.xsan.meta.image.VolumeRecord;
import io.xsan.meta.placement.BlockPlacement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The components of a volume and the sets of them that the rules speak of, as masks of bits. While
 * data moves, what nodes gain are members too, with the blocks that only the next ring gives them.
 */
final class Members {
    private final List<Member> all = new ArrayList<>();
    private final BlockPlacement placement;
    private final @Nullable BlockPlacement next;
    private final int[] nodes = new int[BlockPlacement.MEMBERS_MAX];
    private final int[] heldBy = new int[BlockPlacement.MEMBERS_MAX];
    private final int localNode;
    private final Bugs bugs;
    private final long everyone;
    private final boolean isEverywhere;
    private final long ringVersion;
    private final long nextVersion;

    Members(VolumeRecord volume, int localNode, Bugs bugs) {
        this.localNode = localNode;
        this.ringVersion = volume.ring().version();
        this.nextVersion = volume.move().map(m -> m.ring().version()).orElse(0L);
        this.bugs = bugs;
        for (ComponentRecord record : volume.components()) {
            all.add(new Member(all.size(), record, false));
        }
        volume.move().ifPresent(this::addGains);
        everyone = all.size() == 64 ? -1 : (1L << all.size()) - 1;
        placement = new BlockPlacement(volume.id(), volume.ring(), volume.policy().replicas());
        next =
                volume.move()
                        .map(m -> new BlockPlacement(volume.id(), m.ring(), m.policy().replicas()))
                        .orElse(null);
        isEverywhere = next == null && all.size() <= volume.policy().replicas();
    }

    private void addGains(MoveRecord move) {
        for (ComponentRecord record : move.gains()) {
            all.add(new Member(all.size(), record, true));
        }
    }

    List<Member> all() {
        return all;
    }

    /** True if every member holds every block. */
    boolean isEverywhere() {
        return isEverywhere;
    }

    /** The member on {@code node} that owes {@code exchange} an answer. */
    @Nullable Member awaited(int node, long generation, Exchange exchange) {
        for (int i = 0; i < all.size(); i++) {
            Member member = all.get(i);
            if (member.node == node
                    && member.generation == generation
                    && (exchange.outstanding & member.bit) != 0) {
                return member;
            }
        }
        return null;
    }

    private @Nullable Member of(int node, boolean isGain) {
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).node == node && all.get(i).isGain == isGain) {
                return all.get(i);
            }
        }
        return null;
    }

    /** Members that hold a block, or are to hold it by the move: where writes of it go. */
    long replicasOf(long block) {
        if (isEverywhere) {
            return everyone;
        }
        long holders = holdersOf(block);
        return next == null ? holders : holders | gainersOf(block, next);
    }

    /** Members that hold a block by the current ring: where it is read. */
    long holdersOf(long block) {
        return isEverywhere ? everyone : maskOf(placement.replicasOf(block, nodes));
    }

    /** Gains of those nodes that the next ring names for a block and the current one does not. */
    private long gainersOf(long block, BlockPlacement ring) {
        int count = placement.replicasOf(block, nodes);
        long mask = 0;
        int held = 0;
        for (int i = 0; i < count; i++) {
            heldBy[held++] = nodes[i];
        }
        count = ring.replicasOf(block, nodes);
        for (int i = 0; i < count; i++) {
            Member gain = isAmong(nodes[i], held) ? null : of(nodes[i], true);
            mask |= gain == null ? 0 : gain.bit;
        }
        return mask;
    }

    private boolean isAmong(int node, int held) {
        for (int i = 0; i < held; i++) {
            if (heldBy[i] == node) {
                return true;
            }
        }
        return false;
    }

    /** Members of a block that an ack needs (rule 2). */
    long counting(long block) {
        long mask = 0;
        boolean isLate = bugs.has(Bug.B_PROMOTE_LATE);
        for (int i = 0; i < all.size(); i++) {
            Member member = all.get(i);
            boolean isOut = bugs.has(Bug.M_ACK_BEFORE_RECORD) && member.isRecording;
            isOut |= member.isGain && bugs.has(Bug.MOVE_NOT_COUNTED);
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
                                    && member.record.state() == ComponentState.SYNCING)
                            || bugs.has(Bug.READ_STALE);
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
            boolean isSource = member.isInSync() && member.isUsable() && !member.isGain;
            sources |= isSource ? member.bit : 0;
        }
        for (int arc = 0; arc < placement.arcs(); arc++) {
            long replicas = maskOf(placement.replicasOfArc(arc, nodes));
            boolean mayLack = target.isGain || (replicas & target.bit) != 0;
            if (mayLack && (replicas & sources) == 0) {
                return false;
            }
        }
        return true;
    }

    private long maskOf(int count) {
        long mask = 0;
        for (int i = 0; i < count; i++) {
            Member member = of(nodes[i], false);
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

    /** What is being brought up to date, for status displays. */
    List<ShardStatus.Resync> resyncs() {
        List<ShardStatus.Resync> resyncs = new ArrayList<>();
        for (Member member : all) {
            Resync resync = member.resync;
            if (resync != null) {
                resyncs.add(
                        new ShardStatus.Resync(
                                member.node,
                                member.isGain,
                                resync.attempt(),
                                resync.pagesLeft(),
                                resync.pagesCopied()));
            }
        }
        return resyncs;
    }

    /** Why a component could not be brought up to date the last time, or empty. */
    String trouble() {
        for (Member member : all) {
            if (!member.pause.reason().isEmpty()) {
                return "node "
                        + member.node
                        + " could not be brought up to date, tried again within a minute: "
                        + member.pause.reason();
            }
        }
        return "";
    }

    /** Takes over the states of a newer record; false if rings or components are others. */
    boolean adopt(VolumeRecord volume) {
        List<ComponentRecord> gains = volume.move().map(MoveRecord::gains).orElse(List.of());
        int held = volume.components().size();
        boolean isSameRing =
                volume.ring().version() == ringVersion
                        && volume.move().map(m -> m.ring().version()).orElse(0L) == nextVersion;
        if (!isSameRing || held + gains.size() != all.size()) {
            return false;
        }
        for (int i = 0; i < all.size(); i++) {
            ComponentRecord record = i < held ? volume.components().get(i) : gains.get(i - held);
            Member member = all.get(i);
            if (record.node().value() != member.node || record.generation() != member.generation) {
                return false;
            }
            member.record = record;
        }
        return true;
    }
}
