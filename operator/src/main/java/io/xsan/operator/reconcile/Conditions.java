package io.xsan.operator.reconcile;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Conditions of an object; the time of a transition stays while the status does. */
public final class Conditions {
    private final Map<String, Condition> before = new LinkedHashMap<>();
    private final Map<String, Condition> now = new LinkedHashMap<>();
    private final InstantSource clock;
    private final long generation;

    /** Goes on from those that an object of this generation has. */
    public Conditions(List<Condition> present, long generation, InstantSource clock) {
        present.forEach(condition -> before.put(condition.getType(), condition));
        this.generation = generation;
        this.clock = clock;
    }

    /**
     * What went wrong, in a sentence for people: of an error of the API server its own words, which
     * the exception's message has twice among other things.
     */
    public static String sentence(Exception error) {
        if (error instanceof KubernetesClientException answer
                && answer.getStatus() != null
                && answer.getStatus().getMessage() != null) {
            return answer.getStatus().getMessage();
        }
        return error.getMessage() == null ? error.toString() : error.getMessage();
    }

    /** Says that something is so, or is not. */
    public void set(String type, boolean isTrue, String reason, String message) {
        set(type, isTrue ? "True" : "False", reason, message);
    }

    /** Says that nobody knows. */
    public void setUnknown(String type, String reason, String message) {
        set(type, "Unknown", reason, message);
    }

    private void set(String type, String status, String reason, String message) {
        Condition old = before.get(type);
        boolean isSame = old != null && status.equals(old.getStatus());
        String since =
                isSame
                        ? Objects.requireNonNull(old).getLastTransitionTime()
                        : clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        now.put(
                type,
                new ConditionBuilder()
                        .withType(type)
                        .withStatus(status)
                        .withReason(reason)
                        .withMessage(message)
                        .withLastTransitionTime(since)
                        .withObservedGeneration(generation)
                        .build());
    }

    /** Those that were said now; what was not said is no longer so. */
    public List<Condition> list() {
        return new ArrayList<>(now.values());
    }
}
