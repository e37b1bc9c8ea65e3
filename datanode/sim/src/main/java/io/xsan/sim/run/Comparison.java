package io.xsan.sim.run;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.memory.PageBuffer;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.meta.image.ComponentState;
import io.xsan.meta.image.VolumeRecord;
import io.xsan.meta.placement.BlockPlacement;
import io.xsan.sim.cluster.SimCluster;
import io.xsan.sim.cluster.SimNode;
import io.xsan.sim.world.SimWorld;
import io.xsan.store.BlockStore;
import io.xsan.store.ReadOp;
import io.xsan.store.StoreComponent;
import java.util.Arrays;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads pages of all in-sync components of a quiet volume, from their stores, and compares them.
 */
final class Comparison {
    private static final long READ_NANOS_MAX = 10 * SimWorld.SECOND_NANOS;

    private final SimWorld world;
    private final SimCluster cluster;
    private final VolumeRecord volume;
    private final BlockPlacement placement;
    private final boolean mayBeBad;
    private final int[] nodes = new int[BlockPlacement.MEMBERS_MAX];
    private ErrorCode ended = ErrorCode.OK;
    private boolean isEnded;

    /** With {@code mayBeBad}, pages that a device reports as bad are left out. */
    Comparison(SimWorld world, SimCluster cluster, VolumeRecord volume, boolean mayBeBad) {
        this.mayBeBad = mayBeBad;
        this.world = world;
        this.cluster = cluster;
        this.volume = volume;
        placement = new BlockPlacement(volume.id(), volume.ring(), volume.policy().replicas());
    }

    /** Compares pages, given by their index in the volume. */
    void compare(SortedSet<Long> pages) {
        for (long page : pages) {
            long block = page / Pages.PAGES_PER_BLOCK;
            int count = placement.replicasOf(block, nodes);
            byte @Nullable [] first = null;
            for (int i = 0; i < count; i++) {
                byte @Nullable [] bytes =
                        read(nodes[i], block, (int) (page % Pages.PAGES_PER_BLOCK));
                if (first == null || bytes == null) {
                    first = bytes == null ? first : bytes;
                    continue;
                }
                Check.that(
                        Arrays.equals(first, bytes),
                        "in-sync components are equal; page, node",
                        page,
                        nodes[i]);
            }
        }
    }

    private byte @Nullable [] read(int nodeId, long block, int page) {
        SimNode node = cluster.node(nodeId);
        ComponentRecord record =
                volume.components().stream()
                        .filter(c -> c.node().value() == nodeId)
                        .findFirst()
                        .orElseThrow();
        Check.that(record.state() == ComponentState.IN_SYNC, "component is in sync", nodeId);
        BlockStore store = Check.present(node.store(), "node is up");
        StoreComponent component = store.component(volume.id().value(), record.generation());
        PageBuffer buffer = Check.present(node.pool().take(Pages.PAGE_BYTES), "pool has room");
        ReadOp op = new ReadOp((_, status) -> end(status));
        op.component = Check.present(component, "the node has the component");
        op.block = block;
        op.firstPage = page;
        op.pages = 1;
        op.buffer = buffer;
        isEnded = false;
        node.lane().post(0, () -> store.read(op));
        boolean isDone = world.runUntil(world.now() + READ_NANOS_MAX, () -> isEnded);
        Check.that(isDone, "a read of the store ends", nodeId, block);
        if (mayBeBad && ended == ErrorCode.BLOCK_CORRUPTED) {
            buffer.release();
            return null;
        }
        Check.that(ended == ErrorCode.OK, "a page reads well; status", ended.number(), nodeId);
        byte[] bytes = new byte[Pages.PAGE_BYTES];
        buffer.bytes().get(0, bytes);
        buffer.release();
        return bytes;
    }

    private void end(ErrorCode status) {
        ended = status;
        isEnded = true;
    }
}
