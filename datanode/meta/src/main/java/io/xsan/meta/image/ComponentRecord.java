package io.xsan.meta.image;

import io.xsan.base.Check;
import io.xsan.base.NodeId;

/**
 * One component of a volume. What is newer than {@code since} may be missing. An IN_SYNC one misses
 * nothing, and its {@code since} is 0, unless it is unsettled: it was taken for in-sync by a last
 * resort, and until the owner has compared it with the others, what is newer than {@code since} is
 * what the newest of them has. {@code attempt} counts resyncs. {@code storeId} is the store for
 * which IN_SYNC was recorded, 0 until the first opening told it: a drive that comes back empty has
 * another.
 */
public record ComponentRecord(
        NodeId node, long generation, ComponentState state, long since, int attempt, long storeId) {
    /** Checks ranges. */
    public ComponentRecord {
        Check.that(generation > 0, "generation", generation);
        Check.that(since >= 0 && attempt >= 0 && storeId >= 0, "component record", since, attempt);
    }

    /** True if it was taken for in-sync by a last resort and not yet compared with the others. */
    public boolean isUnsettled() {
        return state == ComponentState.IN_SYNC && since != 0;
    }

    /** The same component, taken for in-sync by a last resort. */
    public ComponentRecord unsettled() {
        return with(ComponentState.IN_SYNC, Math.max(1, since), attempt);
    }

    /** The same component; an unsettled one misses nothing any more. */
    public ComponentRecord settled() {
        return isUnsettled() ? with(ComponentState.IN_SYNC, 0, attempt) : this;
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
