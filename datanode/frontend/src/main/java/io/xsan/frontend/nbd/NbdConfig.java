package io.xsan.frontend.nbd;

import io.xsan.base.Check;

/**
 * Limits of a connection, and whether it speaks TLS. {@code requestsMax}: unanswered requests.
 * {@code inFlightBytesMax}: their bytes in buffers; a single request may stream more. {@code
 * optionsMax}: options in one handshake. {@code handshakeNanos}: how long that may take.
 */
public record NbdConfig(
        Tls tls, int requestsMax, int inFlightBytesMax, int optionsMax, long handshakeNanos) {
    /** Whether a connection is encrypted. */
    public enum Tls {
        /** STARTTLS is refused. */
        OFF,
        /** STARTTLS is possible. */
        OFFERED,
        /** Nothing is answered before STARTTLS. */
        REQUIRED
    }

    /** 256 requests, 16 MiB, 64 options in 10 s. */
    public static NbdConfig of(Tls tls) {
        return new NbdConfig(tls, 256, 16 << 20, 64, 10_000_000_000L);
    }

    /** Checks the limits; a part of the largest size must fit. */
    public NbdConfig {
        Check.that(requestsMax > 0, "requests are allowed", requestsMax);
        Check.that(inFlightBytesMax >= 4 << 20, "a large part fits", inFlightBytesMax);
        Check.that(optionsMax > 0 && handshakeNanos > 0, "a handshake is possible");
    }
}
