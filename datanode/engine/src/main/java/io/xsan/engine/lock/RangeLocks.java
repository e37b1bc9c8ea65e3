package io.xsan.engine.lock;

import io.xsan.base.Check;
import org.jspecify.annotations.Nullable;

/**
 * All range locks of one volume, in order of arrival per bucket of blocks: a lock is granted when
 * no earlier one of its list conflicts with it, so nobody starves.
 */
public final class RangeLocks {
    private static final int BUCKETS = 1024;

    private final @Nullable RangeLock[] heads = new RangeLock[BUCKETS];
    private final @Nullable RangeLock[] tails = new RangeLock[BUCKETS];
    private int held;

    /** Locks held or waited for. */
    public int count() {
        return held;
    }

    /** Asks for pages {@code firstPage} to {@code endPage} (exclusive) of {@code block}. */
    public void acquire(RangeLock lock, long block, int firstPage, int endPage, boolean exclusive) {
        Check.that(!lock.listed, "a lock is asked for once");
        Check.that(firstPage < endPage, "locked range is not empty", firstPage, endPage);
        lock.block = block;
        lock.firstPage = firstPage;
        lock.endPage = endPage;
        lock.exclusive = exclusive;
        lock.ahead = false;
        insertBefore(null, lock);
        grantIfFree(lock);
    }

    /**
     * As {@link #acquire}, exclusive, but waits for those who hold a lock only, not for those who
     * wait: for work that must not stand behind a waiting write which waits for a held one (rule
     * 9).
     */
    public void acquireAhead(RangeLock lock, long block, int firstPage, int endPage) {
        Check.that(!lock.listed, "a lock is asked for once");
        Check.that(firstPage < endPage, "locked range is not empty", firstPage, endPage);
        lock.block = block;
        lock.firstPage = firstPage;
        lock.endPage = endPage;
        lock.exclusive = true;
        lock.ahead = true;
        RangeLock waiting = heads[bucket(block)];
        while (waiting != null && (waiting.granted || waiting.ahead)) {
            waiting = waiting.next;
        }
        insertBefore(waiting, lock);
        grantIfFree(lock);
    }

    private void grantIfFree(RangeLock lock) {
        if (isFree(lock)) {
            lock.granted = true;
            lock.holder().onLocked();
        }
    }

    /** Gives a lock back, held or waiting; others that waited for it may be called. */
    public void release(RangeLock lock) {
        Check.that(lock.listed, "a released lock was asked for");
        int bucket = bucket(lock.block);
        unlink(lock, bucket);
        RangeLock candidate = heads[bucket];
        while (candidate != null) {
            RangeLock after = candidate.next;
            if (!candidate.granted && isFree(candidate)) {
                candidate.granted = true;
                candidate.holder().onLocked();
                // The holder may have changed the list: begin again.
                after = heads[bucket];
            }
            candidate = after;
        }
    }

    private boolean isFree(RangeLock lock) {
        for (RangeLock other = lock.previous; other != null; other = other.previous) {
            if (lock.conflicts(other)) {
                return false;
            }
        }
        for (RangeLock other = lock.next; lock.ahead && other != null; other = other.next) {
            if (other.granted && lock.conflicts(other)) {
                return false;
            }
        }
        return true;
    }

    /** Lists a lock before another one, or last. */
    private void insertBefore(@Nullable RangeLock other, RangeLock lock) {
        int bucket = bucket(lock.block);
        RangeLock before = other == null ? tails[bucket] : other.previous;
        lock.previous = before;
        lock.next = other;
        if (before == null) {
            heads[bucket] = lock;
        } else {
            before.next = lock;
        }
        if (other == null) {
            tails[bucket] = lock;
        } else {
            other.previous = lock;
        }
        lock.listed = true;
        held++;
    }

    private void unlink(RangeLock lock, int bucket) {
        RangeLock before = lock.previous;
        RangeLock after = lock.next;
        if (before == null) {
            heads[bucket] = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            tails[bucket] = before;
        } else {
            after.previous = before;
        }
        lock.previous = null;
        lock.next = null;
        lock.listed = false;
        lock.granted = false;
        held--;
    }

    private static int bucket(long block) {
        return (int) (block & (BUCKETS - 1));
    }
}
