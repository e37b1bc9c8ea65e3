package io.xsan.base;

import org.jspecify.annotations.Nullable;

/**
 * Assertions that are always on. A failed check is a bug and ends the process by {@link
 * InvariantViolation}; what a caller or a peer may get wrong is rejected by other means. Overloads
 * take their values as primitives so that a passing check allocates nothing.
 */
public final class Check {
    private Check() {}

    /** Holds {@code condition}; {@code message} says what should have been true. */
    public static void that(boolean condition, String message) {
        if (!condition) {
            throw new InvariantViolation(message);
        }
    }

    /** As {@link #that(boolean, String)}, with one value to show. */
    public static void that(boolean condition, String message, long value) {
        if (!condition) {
            throw new InvariantViolation(message + ": " + value);
        }
    }

    /** As {@link #that(boolean, String)}, with two values to show. */
    public static void that(boolean condition, String message, long first, long second) {
        if (!condition) {
            throw new InvariantViolation(message + ": " + first + ", " + second);
        }
    }

    /** {@code value}, which is there; {@code message} says what should have been. */
    public static <T> T present(@Nullable T value, String message) {
        if (value == null) {
            throw new InvariantViolation(message);
        }
        return value;
    }

    /** Fails always; returned type lets it stand where a value is needed. */
    public static InvariantViolation unreachable(String message) {
        throw new InvariantViolation(message);
    }
}
