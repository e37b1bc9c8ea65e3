package io.xsan.store;

import io.xsan.base.Check;
import org.jspecify.annotations.Nullable;

/** A queue of ops, first in first out, linked through the ops. An op is in one queue at most. */
final class OpQueue {
    private @Nullable StoreOp head;
    private @Nullable StoreOp tail;
    private int size;

    boolean isEmpty() {
        return head == null;
    }

    int size() {
        return size;
    }

    @Nullable StoreOp peek() {
        return head;
    }

    void add(StoreOp op) {
        Check.that(op.next == null && op != tail, "op is in no queue");
        StoreOp last = tail;
        if (last == null) {
            head = op;
        } else {
            last.next = op;
        }
        tail = op;
        size++;
    }

    StoreOp remove() {
        StoreOp first = head;
        if (first == null) {
            throw Check.unreachable("queue is not empty");
        }
        head = first.next;
        first.next = null;
        if (head == null) {
            tail = null;
        }
        size--;
        return first;
    }
}
