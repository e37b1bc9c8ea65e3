package io.xsan.store.index;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Block maps of one layer of a component, by block index, in chunks of 1024 blocks. */
public final class LayerMap {
    private static final int CHUNK_BITS = 10;
    private static final int CHUNK = 1 << CHUNK_BITS;

    private final BlockMap.Scratch scratch;
    private @Nullable BlockMap[] @Nullable [] chunks = new BlockMap[1][];

    /** Creates an empty map that works with {@code scratch}. */
    public LayerMap(BlockMap.Scratch scratch) {
        this.scratch = scratch;
    }

    /** The map of a block, or null if nothing of it was ever written. */
    public @Nullable BlockMap block(long block) {
        int chunk = (int) (block >>> CHUNK_BITS);
        @Nullable BlockMap @Nullable [] blocks = chunk < chunks.length ? chunks[chunk] : null;
        return blocks == null ? null : blocks[(int) block & (CHUNK - 1)];
    }

    /** Smallest block from {@code block} on of which something was written, or -1. */
    public long nextBlock(long block) {
        for (long next = block; next < (long) chunks.length << CHUNK_BITS; ) {
            @Nullable BlockMap @Nullable [] blocks = chunks[(int) (next >>> CHUNK_BITS)];
            if (blocks == null) {
                next = ((next >>> CHUNK_BITS) + 1) << CHUNK_BITS;
            } else if (blocks[(int) next & (CHUNK - 1)] == null) {
                next++;
            } else {
                return next;
            }
        }
        return -1;
    }

    /** Maps an extent of a block where it is at least as new as what is there. */
    public void apply(long block, Extent extent, Ledger ledger) {
        blockOrNew(block).apply(extent, scratch, ledger);
    }

    /** Moves what is still mapped of a range from {@code oldPlace} to the extent's place. */
    public void move(long block, Extent extent, long oldPlace, Ledger ledger) {
        BlockMap map = block(block);
        if (map != null) {
            map.move(extent, oldPlace, scratch, ledger);
        }
    }

    /** Tells {@code ledger} that nothing of this layer is mapped any more. */
    public void unmapAll(Ledger ledger) {
        for (long block = nextBlock(0); block >= 0; block = nextBlock(block + 1)) {
            BlockMap map = block(block);
            if (map != null) {
                map.tell(ledger, false);
            }
        }
        chunks = new BlockMap[1][];
    }

    private BlockMap blockOrNew(long block) {
        BlockMap map = block(block);
        if (map != null) {
            return map;
        }
        int chunk = (int) (block >>> CHUNK_BITS);
        if (chunk >= chunks.length) {
            chunks = Arrays.copyOf(chunks, Math.max(chunk + 1, chunks.length * 2));
        }
        @Nullable BlockMap @Nullable [] blocks = chunks[chunk];
        if (blocks == null) {
            blocks = new BlockMap[CHUNK];
            chunks[chunk] = blocks;
        }
        BlockMap made = new BlockMap();
        blocks[(int) block & (CHUNK - 1)] = made;
        return made;
    }
}
