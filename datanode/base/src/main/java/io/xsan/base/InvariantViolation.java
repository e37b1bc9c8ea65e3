package io.xsan.base;

/**
 * A bug: something that the code promises itself did not hold. Never caught to go on; the process
 * ends, because its state can no longer be trusted.
 */
public final class InvariantViolation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Creates a violation that says what was expected and what was seen. */
    public InvariantViolation(String message) {
        super(message);
    }
}
