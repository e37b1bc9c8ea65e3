package io.xsan.server.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Programs of the host, such as losetup. What may wait for a device is done by a program of its own
 * with a limit of time: it can be given up where a thread of this process could not.
 */
final class HostCommand {
    /** More than any of them needs on a host that works. */
    static final long TIMEOUT_MILLIS = 10_000;

    private HostCommand() {}

    /**
     * Runs a program and answers what it printed, without blanks around it.
     *
     * @throws IOException if it is not there, fails (with what it said), or does not end in time;
     *     then it is killed
     */
    static String run(long timeoutMillis, String... command) throws IOException {
        return run(timeoutMillis, List.of(command));
    }

    /** As {@link #run(long, String...)}. */
    static String run(long timeoutMillis, List<String> command) throws IOException {
        Process process =
                new ProcessBuilder(command)
                        .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                        .redirectErrorStream(true)
                        .start();
        try {
            if (!process.waitFor(Math.max(timeoutMillis, 1), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new IOException(
                        String.join(" ", command) + ": no end after " + timeoutMillis + " ms");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException(String.join(" ", command) + ": interrupted", e);
        }
        String said =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.exitValue() != 0) {
            throw new IOException(
                    String.join(" ", command) + ": exit code " + process.exitValue() + ": " + said);
        }
        return said;
    }
}
