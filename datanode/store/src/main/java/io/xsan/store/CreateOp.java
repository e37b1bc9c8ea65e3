package io.xsan.store;

import org.jspecify.annotations.Nullable;

/** Makes a component. */
public final class CreateOp extends StoreOp {
    /** What it is of; set before the call. */
    public @Nullable ComponentDescriptor descriptor;

    /** Creates an op. */
    public CreateOp(StoreListener listener) {
        super(listener);
    }
}
