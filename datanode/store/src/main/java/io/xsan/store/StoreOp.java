package io.xsan.store;

import org.jspecify.annotations.Nullable;

/** One operation on a component; reusable. Subclass to attach the caller's own state. */
public class StoreOp {
    /** Who is told of the end. */
    public final StoreListener listener;

    /** The component concerned; null only in create and close. */
    public @Nullable StoreComponent component;

    /** The epoch to persist, in persistEpoch. */
    public int epoch;

    /** Link of the store's queues; null outside of it. */
    @Nullable StoreOp next;

    /** Creates an op whose end {@code listener} is told. */
    public StoreOp(StoreListener listener) {
        this.listener = listener;
    }
}
