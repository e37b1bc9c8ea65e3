package io.xsan.csi.node;

import java.io.IOException;
import java.util.List;

/** Runs programs of the distribution. */
@FunctionalInterface
interface Commands {
    /** How a program ended. */
    record Outcome(int exitCode, String output) {}

    /**
     * Runs a program to its end; both outputs are one.
     *
     * @throws DeadlineException if it did not end within {@code deadlineMillis} and was killed
     * @throws IOException if it cannot be started
     */
    Outcome run(long deadlineMillis, List<String> command) throws IOException;

    /** Runs a program that has to end with 0, and answers its output. */
    default String check(long deadlineMillis, String... command) throws IOException {
        Outcome outcome = run(deadlineMillis, List.of(command));
        if (outcome.exitCode() != 0) {
            throw new IOException(
                    String.join(" ", command)
                            + " ended with "
                            + outcome.exitCode()
                            + ": "
                            + outcome.output().strip());
        }
        return outcome.output();
    }
}
