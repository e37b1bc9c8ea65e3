package io.xsan.engine.lock;

import org.jspecify.annotations.Nullable;

/**
 * A lock of a range of pages of one block: exclusive for writes, shared for reads. Belongs to one
 * holder, which uses it again and again.
 */
public final class RangeLock {
    /** Who waits for the lock. */
    @FunctionalInterface
    public interface Holder {
        /** The lock is held now; called once per acquire, perhaps from within it. */
        void onLocked();
    }

    private final Holder holder;
    long block;
    int firstPage;
    int endPage;
    boolean exclusive;
    boolean ahead;
    boolean granted;
    boolean listed;
    @Nullable RangeLock previous;
    @Nullable RangeLock next;

    /** A lock of {@code holder}. */
    public RangeLock(Holder holder) {
        this.holder = holder;
    }

    /** True from onLocked to release. */
    public boolean isGranted() {
        return granted;
    }

    Holder holder() {
        return holder;
    }

    boolean conflicts(RangeLock other) {
        return (exclusive || other.exclusive)
                && block == other.block
                && firstPage < other.endPage
                && other.firstPage < endPage;
    }
}
