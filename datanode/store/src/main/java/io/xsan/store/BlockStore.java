package io.xsan.store;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Durable pages of components, newest version per page. All operations are queued and answered on
 * the shard by {@link StoreListener#onStoreDone}; answers to writes come in the order of the calls.
 * Op objects belong to the caller, are filled by it, must not be touched from the call to the
 * answer, and may be used again after it. One shard only.
 */
public interface BlockStore {
    /** The component of a volume with exactly this generation, or null. */
    @Nullable StoreComponent component(long volume, long generation);

    /** All components held, orphans and damaged ones included. */
    Collection<StoreComponent> components();

    /**
     * Makes a component, empty. Durable at the answer; {@code op.component} is then set. Creating
     * what exists with the same generation answers OK.
     */
    void create(CreateOp op);

    /** Drops a component with all its pages. Durable at the answer. */
    void drop(StoreOp op);

    /**
     * Persists {@link StoreOp#epoch} as the highest epoch seen by the component. Durable at the
     * answer, and so is every write queued before.
     */
    void persistEpoch(StoreOp op);

    /**
     * The component has been written again from a whole replica: nothing that damage may have taken
     * is missing any more. Durable at the answer. Once no component of the store is damaged, the
     * cleaner frees the segments that were; until then a restart may find the damage again, and
     * with it {@link StoreComponent#isDamaged}.
     */
    void persistRepaired(StoreOp op);

    /**
     * Persists pages, or a tombstone for a range, at a version. Per page the highest version wins,
     * also over a crash; an older write is answered OK and changes nothing. Durable at the answer.
     * INSUFFICIENT_SPACE changes nothing.
     */
    void write(WriteOp op);

    /**
     * Reads pages into the op's buffer and sets their checksums; unwritten, trimmed and zeroed
     * pages read as zeros. What it reads was durable. Every page is verified: BLOCK_CORRUPTED names
     * the first bad page, or one that was written as lost, in {@link ReadOp#badPage}.
     */
    void read(ReadOp op);

    /**
     * Lists extents of a component whose version is newer than {@link ExtentsOp#since}, from {@link
     * ExtentsOp#fromBlock} on, in order of block and page, tombstones included, at most the op's
     * capacity. Writes queued before are counted in.
     */
    void extents(ExtentsOp op);

    /**
     * Notes the highest stable version the component was told. Not durable by itself: it is written
     * along with the next group, and a lower value than was told may be found after a crash.
     */
    void noteStable(StoreComponent component, long stable);

    /** Ends the turn: starts the group commit of what is queued. */
    void flush();

    /**
     * Lets the store do a bounded piece of its own work (cleaner, checkpoints, scrub). Called at
     * the end of each turn and by a timer when idle. {@code nowNanos} is the clock's.
     */
    void tick(long nowNanos);

    /** Space and load now, of all devices that work. */
    StoreStatus status();

    /** Space and load of each device, failed ones too. */
    List<StoreStatus> devices();

    /**
     * True if there are stores of this node that could not be opened in this life of the process: a
     * component that is not here may be on one of them.
     */
    boolean isPartial();

    /**
     * Writes a checkpoint, makes everything durable and answers; nothing may be called after. What
     * is not closed is recovered at the next start all the same.
     */
    void close(StoreOp op);
}
