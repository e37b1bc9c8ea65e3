package io.xsan.sim.check;

import io.xsan.base.Check;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The accesses of one register in the order of their begins and ends. Whenever none is under way,
 * the history so far is judged and only the values that the register may hold are kept.
 */
public final class RegisterHistory {
    private record Step(Access access, boolean isEnd) {}

    private final List<Step> steps = new ArrayList<>();
    private Set<Long> values = new LinkedHashSet<>(Set.of(0L));
    private int open;

    /** A register that holds zeros. */
    public RegisterHistory() {}

    /** An access begins. */
    public void begin(Access access) {
        steps.add(new Step(access, false));
        open++;
    }

    /**
     * An access ends as its end says, a read with the value it returned. Answers what is wrong with
     * the history, if anything.
     */
    public Optional<String> end(Access access) {
        Check.that(open > 0, "the access was begun");
        steps.add(new Step(access, true));
        return --open == 0 ? judge() : Optional.empty();
    }

    /** Accesses under way. */
    public int open() {
        return open;
    }

    /** Values that the register may hold, if none is under way. */
    public Set<Long> values() {
        return Collections.unmodifiableSet(new LinkedHashSet<>(values));
    }

    private Optional<String> judge() {
        Linearizer search = new Linearizer(values);
        for (Step step : steps) {
            if (!step.isEnd()) {
                search.begin(step.access());
            } else if (!search.end(step.access())) {
                return Optional.of(describe(step.access()));
            }
        }
        values = search.values();
        steps.clear();
        return Optional.empty();
    }

    private String describe(Access culprit) {
        StringBuilder text = new StringBuilder("no order explains [").append(culprit);
        text.append("]; may have held ").append(values).append(", then");
        int from = Math.max(0, steps.size() - 40);
        for (Step step : steps.subList(from, steps.size())) {
            text.append(step.isEnd() ? " )" : " (").append(step.access());
            if (step.access() == culprit && step.isEnd()) {
                break;
            }
        }
        return text.toString();
    }
}
