package io.xsan.base.log;

/**
 * Where a component writes its events. Implementations are safe for any thread, never block the
 * caller on I/O for long and never throw.
 */
public interface Log {
    /** Discards everything. */
    Log NONE =
            new Log() {
                @Override
                public boolean isEnabled(Level level) {
                    return false;
                }

                @Override
                public void event(Level level, String event, Object... keysAndValues) {}
            };

    /** True if events of {@code level} are written now; ask first on hot paths. */
    boolean isEnabled(Level level);

    /**
     * Writes one event: a short constant name in lower case with dashes, then alternating keys
     * (constant, camelCase with unit) and values.
     */
    void event(Level level, String event, Object... keysAndValues);

    /** {@link #event} at INFO. */
    default void info(String event, Object... keysAndValues) {
        event(Level.INFO, event, keysAndValues);
    }

    /** {@link #event} at WARN. */
    default void warn(String event, Object... keysAndValues) {
        event(Level.WARN, event, keysAndValues);
    }

    /** {@link #event} at ERROR. */
    default void error(String event, Object... keysAndValues) {
        event(Level.ERROR, event, keysAndValues);
    }

    /** {@link #event} at DEBUG. */
    default void debug(String event, Object... keysAndValues) {
        event(Level.DEBUG, event, keysAndValues);
    }
}
