package io.xsan.store;

import io.xsan.base.ErrorCode;
import org.jspecify.annotations.Nullable;

/** One operation on a component; reusable. Subclass to attach the caller's own state. */
public class StoreOp {
    /** What the store is asked to do. */
    enum Action {
        WRITE,
        READ,
        EXTENTS,
        CREATE,
        DROP,
        EPOCH,
        REPAIRED,
        CLOSE
    }

    /** Who is told of the end. */
    public final StoreListener listener;

    /** The component concerned; null only in create and close. */
    public @Nullable StoreComponent component;

    /** The epoch to persist, in persistEpoch. */
    public int epoch;

    /** Link of the store's queues; null outside of it. */
    @Nullable StoreOp next;

    /** What is asked; set by the store. */
    Action action = Action.WRITE;

    /** How it ends, while it waits for the answer. */
    ErrorCode result = ErrorCode.OK;

    /** Pages of a write that groups have taken so far. */
    int pagesTaken;

    /** Creates an op whose end {@code listener} is told. */
    public StoreOp(StoreListener listener) {
        this.listener = listener;
    }
}
