package io.xsan.engine.volume;

import io.xsan.base.Check;
import io.xsan.engine.Bug;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The writes that stable has not passed, oldest version first. Stable is the newest version of an
 * unbroken run of writes that are on disk on every component that counts (rule 2).
 */
final class InFlight {
    private final VolumeEngine engine;
    private @Nullable PageWrite head;
    private @Nullable PageWrite tail;
    private long reached;
    private long stable;
    private boolean isFrozen;
    private int count;
    private boolean isAdvancing;
    private int visits;

    InFlight(VolumeEngine engine) {
        this.engine = engine;
    }

    long stable() {
        return stable;
    }

    /** A new owner's: stays at {@code value} until {@link #thaw} (rule 6). */
    void freezeAt(long value) {
        stable = value;
        reached = value;
        isFrozen = true;
    }

    /** Every page of the window is equal: stable follows the writes again. */
    void thaw() {
        isFrozen = false;
        stable = reached;
    }

    private void reach(long version) {
        reached = Math.max(reached, version);
        if (!isFrozen) {
            stable = reached;
        }
    }

    int count() {
        return count;
    }

    void add(PageWrite write) {
        Check.that(tail == null || tail.version() < write.version(), "versions grow");
        write.nextInFlight = null;
        if (tail == null) {
            head = write;
        } else {
            tail.nextInFlight = write;
        }
        tail = write;
        count++;
        if (engine.bugs().has(Bug.M_STABLE_SENT)) {
            reach(write.version());
        }
    }

    boolean contains(PageWrite write) {
        return head != null && write.version() >= head.version();
    }

    /** Moves stable over what is on disk everywhere. */
    void advance() {
        if (isAdvancing || visits > 0) {
            return;
        }
        isAdvancing = true;
        if (engine.bugs().has(Bug.M_STABLE_GAP)) {
            forEach(w -> reach(w.isStable() ? w.version() : 0));
        }
        while (head != null && head.isStable()) {
            PageWrite passed = head;
            head = passed.nextInFlight;
            passed.nextInFlight = null;
            if (head == null) {
                tail = null;
            }
            count--;
            reach(passed.version());
            passed.onPassed();
        }
        isAdvancing = false;
    }

    /** Visits all; none leaves the list before all were visited, whatever the visitor does. */
    void forEach(Consumer<PageWrite> visitor) {
        visits++;
        for (PageWrite write = head; write != null; write = write.nextInFlight) {
            visitor.accept(write);
        }
        visits--;
        advance();
    }
}
