package io.xsan.server.log;

import io.xsan.base.Check;
import io.xsan.base.log.Level;
import io.xsan.base.log.Log;
import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.regex.Pattern;

/**
 * Events as lines: {@code time level event key=value ...}, or JSON objects. The level can be
 * changed at any time. An event that repeats at WARN and above is written once a second at most,
 * with the number of those left out. Any thread.
 */
public final class EventLog implements Log {
    private static final long REPEAT_NANOS = 1_000_000_000L;
    private static final int REPEATS_MAX = 1024;
    private static final String LIBRARY = "library";
    private static final Pattern NUMBER = Pattern.compile("[0-9a-f]*[0-9][0-9a-f]*");

    private final PrintStream out;
    private final boolean isJson;
    private final ConcurrentHashMap<String, Repeat> repeats = new ConcurrentHashMap<>();
    private final Map<Level, LongAdder> counts = new EnumMap<>(Level.class);
    private final LongSupplier clock;
    private volatile long sweptNanos;
    private volatile Level level;

    private static final class Repeat {
        private boolean wasWritten;
        private long writtenNanos;
        private long leftOut;
    }

    /** Writes events up to {@code level} to {@code out}. */
    public EventLog(PrintStream out, Level level, boolean isJson) {
        this(out, level, isJson, System::nanoTime);
    }

    EventLog(PrintStream out, Level level, boolean isJson, LongSupplier clock) {
        this.clock = clock;
        this.sweptNanos = clock.getAsLong();
        this.out = out;
        this.level = level;
        this.isJson = isJson;
        for (Level each : Level.values()) {
            counts.put(each, new LongAdder());
        }
    }

    /** Events so far by level: those written and those left out as repetitions. */
    public Map<String, Long> counts() {
        Map<String, Long> all = new LinkedHashMap<>();
        counts.forEach((each, count) -> all.put(each.name(), count.sum()));
        return all;
    }

    /** Changes what is written from now on. */
    public void setLevel(Level level) {
        this.level = level;
    }

    /**
     * Sends what libraries log by java.util.logging here, from WARN on; Ratis only what is severe.
     */
    public void takeOverLibraries() {
        LogManager.getLogManager().reset();
        java.util.logging.Logger root = java.util.logging.Logger.getLogger("");
        root.setLevel(java.util.logging.Level.WARNING);
        for (String noisy : new String[] {"org.apache.ratis", "io.netty", "io.grpc"}) {
            java.util.logging.Logger logger = java.util.logging.Logger.getLogger(noisy);
            logger.setLevel(java.util.logging.Level.SEVERE);
            NOISY.add(logger);
        }
        root.addHandler(new LibraryHandler());
    }

    /** Keeps the loggers whose level was set from being collected. */
    private static final java.util.List<java.util.logging.Logger> NOISY =
            new java.util.concurrent.CopyOnWriteArrayList<>();

    private final class LibraryHandler extends Handler {
        @Override
        public void publish(LogRecord record) {
            boolean isSevere =
                    record.getLevel().intValue() >= java.util.logging.Level.SEVERE.intValue();
            event(
                    isSevere ? Level.ERROR : Level.WARN,
                    LIBRARY,
                    "logger",
                    String.valueOf(record.getLoggerName()),
                    "message",
                    String.valueOf(record.getMessage()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @Override
    public boolean isEnabled(Level asked) {
        return asked.compareTo(level) <= 0;
    }

    @Override
    public void event(Level at, String event, Object... keysAndValues) {
        if (!isEnabled(at)) {
            return;
        }
        Check.present(counts.get(at), "every level is counted").increment();
        long now = clock.getAsLong();
        tellOfRepetitions(now);
        long leftOut = at.compareTo(Level.WARN) <= 0 ? leftOut(now, event, keysAndValues) : 0;
        if (leftOut >= 0) {
            out.println(line(at, event, keysAndValues, leftOut));
        }
    }

    /** How many equal events were left out before this one; -1 if this one is left out too. */
    private long leftOut(long now, String event, Object... keysAndValues) {
        if (repeats.size() > REPEATS_MAX) {
            repeats.clear();
        }
        String exact = event + Arrays.toString(keysAndValues);
        // Libraries put attempts, ports and times into their sentences.
        String key = event.equals(LIBRARY) ? NUMBER.matcher(exact).replaceAll("#") : exact;
        Repeat repeat = repeats.computeIfAbsent(key, k -> new Repeat());
        synchronized (repeat) {
            if (repeat.wasWritten && now - repeat.writtenNanos < REPEAT_NANOS) {
                repeat.leftOut++;
                return -1;
            }
            repeat.wasWritten = true;
            repeat.writtenNanos = now;
            long leftOut = repeat.leftOut;
            repeat.leftOut = 0;
            return leftOut;
        }
    }

    /** What was left out and did not come again is told once, by the next event of any kind. */
    private void tellOfRepetitions(long now) {
        if (now - sweptNanos < REPEAT_NANOS) {
            return;
        }
        sweptNanos = now;
        repeats.forEach((key, repeat) -> {
            long leftOut;
            synchronized (repeat) {
                boolean isOver = now - repeat.writtenNanos >= REPEAT_NANOS;
                leftOut = isOver ? repeat.leftOut : 0;
                repeat.leftOut -= leftOut;
            }
            if (leftOut > 0) {
                Object[] what = {"event", key, "times", leftOut};
                out.println(line(Level.WARN, "repeated", what, 0));
            }
        });
    }

    private String line(Level at, String event, Object[] keysAndValues, long leftOut) {
        StringBuilder line = new StringBuilder(128);
        String time = Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
        if (isJson) {
            line.append("{\"time\":\"").append(time).append("\",\"level\":\"").append(at);
            line.append("\",\"event\":");
            quote(line, event);
        } else {
            line.append(time).append(' ').append(at).append(' ').append(event);
        }
        for (int i = 0; i + 1 < keysAndValues.length; i += 2) {
            append(line, String.valueOf(keysAndValues[i]), keysAndValues[i + 1]);
        }
        if (leftOut > 0) {
            append(line, "repeated", leftOut);
        }
        return isJson ? line.append('}').toString() : line.toString();
    }

    private void append(StringBuilder line, String key, Object value) {
        String text = String.valueOf(value);
        if (isJson) {
            line.append(',');
            quote(line, key);
            line.append(':');
            quote(line, text);
        } else {
            line.append(' ').append(key).append('=');
            boolean isPlain =
                    text.chars().allMatch(c -> c > ' ' && c < 127 && c != '"' && c != '=');
            if (isPlain && !text.isEmpty()) {
                line.append(text);
            } else {
                quote(line, text);
            }
        }
    }

    private static void quote(StringBuilder line, String text) {
        line.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                line.append('\\').append(c);
            } else if (c < ' ' || c >= 127 && c < 160) {
                line.append(String.format("\\u%04x", (int) c));
            } else {
                line.append(c);
            }
        }
        line.append('"');
    }
}
