package io.xsan.base.seam;

/** Time. */
public interface Clock {
    /** Monotonic nanoseconds that run on in suspend; compare by subtraction only. Any thread. */
    long nanoTime();

    /** Wall clock in milliseconds since 1970, for people and time stamps only. Any thread. */
    long wallMillis();
}
