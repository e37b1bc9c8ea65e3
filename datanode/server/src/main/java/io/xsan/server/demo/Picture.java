package io.xsan.server.demo;

import io.xsan.protocol.v1.Component;
import io.xsan.protocol.v1.Volume;
import java.io.Console;
import java.io.PrintStream;
import java.util.Locale;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What the terminal shows while the demo runs: in place on a terminal, else a line a second. */
final class Picture {
    private static final double NANOS = 1e9;

    private final PrintStream out = System.out;
    private final boolean isTerminal;
    private final long startNanos;
    private long lastNanos;
    private long lastWrites;
    private long lastReads;
    private long lastBytes;
    private boolean isDrawn;

    Picture() {
        Console console = System.console();
        isTerminal = console != null && console.isTerminal();
        startNanos = System.nanoTime();
        lastNanos = startNanos;
    }

    /** How often {@link #draw} should be called. */
    long pauseMillis() {
        return isTerminal ? 500 : 1000;
    }

    /** A sentence that stays. */
    void say(String format, Object... values) {
        clear();
        out.printf(
                Locale.ROOT,
                "%6.1f s  %s%n",
                (System.nanoTime() - startNanos) / NANOS,
                String.format(Locale.ROOT, format, values));
        out.flush();
    }

    /** A word that shows that something is waited for. */
    void wait(String what) {
        if (isTerminal) {
            clear();
            out.printf(Locale.ROOT, "%6.1f s  %s", (System.nanoTime() - startNanos) / NANOS, what);
            out.flush();
            isDrawn = true;
        }
    }

    /** The load now. */
    void draw(Measures measures, Observer observer) {
        long now = System.nanoTime();
        double seconds = Math.max((now - lastNanos) / NANOS, 1e-3);
        long writes = measures.writes.sum();
        long reads = measures.reads.sum();
        long bytes = measures.writtenBytes.sum() + measures.readBytes.sum();
        Histogram latencies = measures.latencies();
        String text =
                String.format(
                        Locale.ROOT,
                        "%6.1f s  %5.0f writes/s %5.0f reads/s %6.1f MiB/s  "
                                + "p50 %s p99 %s max %s  %s",
                        (now - startNanos) / NANOS,
                        (writes - lastWrites) / seconds,
                        (reads - lastReads) / seconds,
                        (bytes - lastBytes) / seconds / (1 << 20),
                        millis(latencies.getValueAtPercentile(50)),
                        millis(latencies.getValueAtPercentile(99)),
                        millis(latencies.getMaxValue()),
                        state(observer.volume()));
        lastNanos = now;
        lastWrites = writes;
        lastReads = reads;
        lastBytes = bytes;
        draw(text);
    }

    private void draw(String text) {
        clear();
        out.print(isTerminal ? text : text + System.lineSeparator());
        out.flush();
        isDrawn = isTerminal;
    }

    private void clear() {
        if (isDrawn) {
            out.print("\r\u001b[2K");
            isDrawn = false;
        }
    }

    private static String millis(long micros) {
        return micros < 10_000
                ? String.format(Locale.ROOT, "%.1f ms", micros / 1000.0)
                : micros / 1000 + " ms";
    }

    private static String state(@Nullable Volume volume) {
        return volume == null
                ? ""
                : "owner "
                        + volume.getOwner()
                        + "  "
                        + volume.getComponentsList().stream()
                                .map(Picture::state)
                                .collect(Collectors.joining(" "));
    }

    private static String state(Component component) {
        long all = component.getPagesLeft() + component.getPagesCopied();
        return component.getNode()
                + ":"
                + component.getState()
                + (component.getState().equals("IN_SYNC") || all == 0
                        ? ""
                        : "(" + component.getPagesCopied() * 100 / all + "%)");
    }
}
