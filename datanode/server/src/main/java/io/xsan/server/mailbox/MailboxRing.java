package io.xsan.server.mailbox;

import io.xsan.base.Check;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue without locks for many producers and one consumer. Slot i of the ring carries a
 * turn: {@code 2 * round} says that it is free in that round, {@code 2 * round + 1} that it is
 * filled. A producer takes a position by moving the tail, fills the slot and then turns it; so the
 * consumer sees elements in the order of positions, and never half of one.
 */
public final class MailboxRing<E> {
    private final AtomicReferenceArray<@Nullable E> slots;
    private final AtomicLongArray turns;
    private final AtomicLong tail = new AtomicLong();
    private final AtomicLong head = new AtomicLong();
    private final int capacity;

    /** A ring for at most {@code capacity} elements, at least one. */
    public MailboxRing(int capacity) {
        Check.that(capacity > 0, "a ring has room", capacity);
        this.capacity = capacity;
        slots = new AtomicReferenceArray<>(capacity);
        turns = new AtomicLongArray(capacity);
    }

    /** Adds an element at the end; false if there is no room. Any thread. */
    public boolean offer(E element) {
        long position = tail.get();
        while (true) {
            int slot = (int) (position % capacity);
            long turn = 2 * (position / capacity);
            long seen = turns.get(slot);
            if (seen == turn) {
                if (tail.compareAndSet(position, position + 1)) {
                    slots.set(slot, element);
                    turns.set(slot, turn + 1);
                    return true;
                }
                position = tail.get();
            } else {
                // Filled by the round before, or taken by another producer since.
                long now = tail.get();
                if (now == position && turns.get(slot) < turn) {
                    return false;
                }
                position = now;
            }
        }
    }

    /**
     * Takes the first element; null if there is none, and also while the producer of the first is
     * between taking its place and filling it: it asks the consumer again when it is done. One
     * thread only.
     */
    public @Nullable E poll() {
        long position = head.get();
        int slot = (int) (position % capacity);
        long turn = 2 * (position / capacity);
        if (turns.get(slot) != turn + 1) {
            return null;
        }
        E element = slots.getAndSet(slot, null);
        turns.set(slot, turn + 2);
        head.set(position + 1);
        return element;
    }

    /** About how many elements wait. Any thread. */
    public int size() {
        return Math.clamp(tail.get() - head.get(), 0, capacity);
    }
}
