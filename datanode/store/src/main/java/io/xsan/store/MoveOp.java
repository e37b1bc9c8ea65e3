package io.xsan.store;

import io.xsan.base.Check;

/** The cleaner's write: pages, or a tombstone, that keep their version and change their place. */
final class MoveOp extends WriteOp {
    /** Place of the first page as mapped when the move was planned. */
    long oldPlace;

    MoveOp(StoreListener listener) {
        super(listener);
        mayUseReserve = true;
    }

    ComponentState owner() {
        if (component instanceof ComponentState owner) {
            return owner;
        }
        throw Check.unreachable("a move has a component");
    }
}
