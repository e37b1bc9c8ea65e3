package io.xsan.base;

/**
 * A request that is answered with an error: thrown only at the edges (configuration, CLI, gRPC) and
 * by constructors that parse what comes from there. {@code message} names the field, its value and
 * what is allowed.
 */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    /** Creates a refusal with {@code code} (not OK) and a sentence for people. */
    public Refusal(ErrorCode code, String message) {
        super(message);
        Check.that(code != ErrorCode.OK, "a refusal has an error code");
        this.code = code;
    }

    /** The error code. */
    public ErrorCode code() {
        return code;
    }
}
