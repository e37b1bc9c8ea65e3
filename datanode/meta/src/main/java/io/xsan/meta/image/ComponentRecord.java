package io.xsan.meta.image;

import io.xsan.base.Check;
import io.xsan.base.NodeId;

/**
 * One component of a volume. {@code since} is meant for states other than IN_SYNC: what is newer
 * may be missing. {@code attempt} counts resyncs. {@code storeId} is the store for which IN_SYNC
 * was recorded, 0 until the first opening told it: a drive that comes back empty has another.
 */
public record ComponentRecord(
        NodeId node, long generation, ComponentState state, long since, int attempt, long storeId) {
    /** Checks ranges. */
    public ComponentRecord {
        Check.that(generation > 0, "generation", generation);
        Check.that(since >= 0 && attempt >= 0 && storeId >= 0, "component record", since, attempt);
    }

    /** The same component in another state. */
    public ComponentRecord with(ComponentState newState, long newSince, int newAttempt) {
        return new ComponentRecord(node, generation, newState, newSince, newAttempt, storeId);
    }

    /** The same component on another store. */
    public ComponentRecord onStore(long newStoreId) {
        return new ComponentRecord(node, generation, state, since, attempt, newStoreId);
    }
}
