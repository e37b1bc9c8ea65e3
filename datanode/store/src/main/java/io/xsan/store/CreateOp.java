package io.xsan.store;

import org.jspecify.annotations.Nullable;

/** Makes a component. */
public final class CreateOp extends StoreOp {
    /** What it is of; set before the call. */
    public @Nullable ComponentDescriptor descriptor;

    /**
     * True to make it on the first device of the node, whatever room the others have; set before
     * the call.
     */
    public boolean isOnFirst;

    /** Creates an op. */
    public CreateOp(StoreListener listener) {
        super(listener);
    }
}
