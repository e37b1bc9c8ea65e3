package io.xsan.csi.node;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs as processes of this one. */
final class Processes implements Commands {
    private static final int OUTPUT_BYTES_MAX = 64 << 10;

    @Override
    public Outcome run(long deadlineMillis, List<String> command) throws IOException {
        // Into a file: a pipe would be held open by what a program leaves running.
        Path output = Files.createTempFile("xsan-csi", ".out");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .redirectInput(new File("/dev/null"));
            builder.environment().put("LC_ALL", "C");
            Process process = builder.start();
            if (!waitFor(process, deadlineMillis)) {
                process.destroyForcibly();
                throw new DeadlineException(
                        String.join(" ", command)
                                + " did not end within "
                                + deadlineMillis
                                + " ms");
            }
            return new Outcome(process.exitValue(), text(output));
        } finally {
            Files.delete(output);
        }
    }

    private static boolean waitFor(Process process, long deadlineMillis) throws IOException {
        try {
            return process.waitFor(deadlineMillis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a program ran", e);
        }
    }

    private static String text(Path output) throws IOException {
        try (InputStream in = Files.newInputStream(output)) {
            return new String(in.readNBytes(OUTPUT_BYTES_MAX), StandardCharsets.UTF_8);
        }
    }
}
