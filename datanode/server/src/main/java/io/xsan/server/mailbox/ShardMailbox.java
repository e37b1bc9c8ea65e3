package io.xsan.server.mailbox;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Actions of other threads for a shard, in the order in which each thread posted them. Where it is
 * full the poster waits: that is the back-pressure, and {@link #waits} shows it.
 */
public final class ShardMailbox {
    /** Most actions that wait. */
    public static final int CAPACITY = 4_096;

    /** Most actions of one turn; sockets get theirs in between. */
    private static final int BATCH = 256;

    private static final long WAIT_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    private final MailboxRing<Runnable> ring;
    private final Executor shard;
    private final AtomicBoolean isScheduled = new AtomicBoolean();
    private final LongAdder waits = new LongAdder();
    private volatile boolean hasEnded;

    /**
     * A mailbox of {@code capacity} actions whose batches {@code shard} runs one after the other.
     */
    public ShardMailbox(int capacity, Executor shard) {
        this.ring = new MailboxRing<>(capacity);
        this.shard = shard;
    }

    /**
     * Puts an action in, waiting for room. Any thread but the shard's, which would wait for itself.
     * What comes after the shard has ended is dropped.
     */
    public void post(Runnable action) {
        if (!ring.offer(action)) {
            waits.increment();
            do {
                LockSupport.parkNanos(WAIT_NANOS);
            } while (!hasEnded && !ring.offer(action));
        }
        if (!hasEnded) {
            schedule();
        }
    }

    private void schedule() {
        if (isScheduled.compareAndSet(false, true)) {
            try {
                shard.execute(this::drain);
            } catch (RejectedExecutionException e) {
                hasEnded = true;
            }
        }
    }

    /** The shard has ended: nobody waits any more, nothing is run. Any thread. */
    public void close() {
        hasEnded = true;
    }

    /** On the shard. What is posted from here on schedules the next batch. */
    private void drain() {
        isScheduled.set(false);
        for (int i = 0; i < BATCH; i++) {
            Runnable action = ring.poll();
            if (action == null) {
                return;
            }
            action.run();
        }
        schedule();
    }

    /** Actions that wait. Any thread. */
    public int depth() {
        return ring.size();
    }

    /** Times that a thread had to wait for room. Any thread. */
    public long waits() {
        return waits.sum();
    }
}
