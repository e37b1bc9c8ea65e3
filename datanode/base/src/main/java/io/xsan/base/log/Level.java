package io.xsan.base.log;

/** Importance of an event. Nothing is written per I/O above {@link #TRACE}. */
public enum Level {
    /** The process ends. */
    FATAL,
    /** Somebody must act. */
    ERROR,
    /** Somebody may want to act. */
    WARN,
    /** A change of state that an operator follows. */
    INFO,
    /** Detail for a developer. */
    DEBUG,
    /** Per I/O. */
    TRACE
}
