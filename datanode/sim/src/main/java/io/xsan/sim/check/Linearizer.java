package io.xsan.sim.check;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Searches an order of accesses that explains a history of one register: keeps every state in which
 * the register may be (its value, and which of the accesses under way have taken effect), and lets
 * an access take effect as late as an end forces it to. Exact for any values, unique or not.
 */
final class Linearizer {
    private static final int SLOTS = 64;

    private record State(long value, long taken) {
        boolean has(int slot) {
            return (taken & 1L << slot) != 0;
        }

        State without(int slot) {
            return new State(value, taken & ~(1L << slot));
        }
    }

    private final @Nullable Access[] open = new Access[SLOTS];
    private Set<State> states = new LinkedHashSet<>();

    Linearizer(Set<Long> initial) {
        initial.forEach(value -> states.add(new State(value, 0)));
    }

    void begin(Access access) {
        int slot = 0;
        while (open[slot] != null) {
            slot++;
        }
        open[slot] = access;
        if (!access.isWrite) {
            Set<State> next = new LinkedHashSet<>();
            states.forEach(state -> next.add(settle(state.value(), state.taken())));
            states = next;
        }
    }

    /** False if no order explains the history up to this end. */
    boolean end(Access access) {
        int slot = 0;
        while (open[slot] != access) {
            slot++;
        }
        Set<State> next = new LinkedHashSet<>();
        for (State state : states) {
            if (access.end == Access.End.MAYBE) {
                next.add(state.without(slot));
            }
            if (access.isWrite || access.end == Access.End.DONE) {
                force(state, slot, next);
            }
        }
        open[slot] = null;
        states = next;
        return !states.isEmpty();
    }

    Set<Long> values() {
        Set<Long> values = new LinkedHashSet<>();
        states.forEach(state -> values.add(state.value()));
        return values;
    }

    /** Adds all states in which the access of {@code slot} has just taken effect, or had before. */
    private void force(State from, int slot, Set<State> into) {
        Set<State> seen = new LinkedHashSet<>(List.of(from));
        ArrayDeque<State> left = new ArrayDeque<>(seen);
        while (!left.isEmpty()) {
            State state = left.remove();
            if (state.has(slot)) {
                into.add(state.without(slot));
                continue;
            }
            for (State next : successors(state)) {
                if (seen.add(next)) {
                    left.add(next);
                }
            }
        }
    }

    private List<State> successors(State state) {
        List<State> next = new ArrayList<>();
        for (int slot = 0; slot < SLOTS; slot++) {
            Access access = open[slot];
            if (access != null && access.isWrite && !state.has(slot)) {
                next.add(settle(access.value, state.taken() | 1L << slot));
            }
        }
        return next;
    }

    /** The state after every read under way that can take effect now has done so. */
    private State settle(long value, long taken) {
        long settled = taken;
        for (int slot = 0; slot < SLOTS; slot++) {
            Access access = open[slot];
            if (access != null && !access.isWrite && access.value == value) {
                settled |= 1L << slot;
            }
        }
        return new State(value, settled);
    }
}
