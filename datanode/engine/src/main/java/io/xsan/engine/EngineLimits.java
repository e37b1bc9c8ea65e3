package io.xsan.engine;

import io.xsan.base.Check;
import io.xsan.protocol.LinkLimits;

/**
 * The limits and times of engines and components. {@code componentTimeoutNanos}: silence after
 * which a component has failed; {@code startWaitNanos}: how long a starting engine waits for
 * components before it records them stale; {@code ioHoldNanos}: after which held I/O fails; {@code
 * retryNanos}: between repetitions of what the metadata or a peer could not answer; {@code
 * exchangesMax}: requests of one engine under way; {@code hostIosMax}: I/Os of hosts of one engine
 * that are worked on, others wait in the engine; {@code copiesMax}: copies of one resync under way;
 * {@code copyPages}: pages of one copy; {@code scrubIntervalMillis}: within which everything is
 * read and compared, 0 for only when it is asked for.
 */
public record EngineLimits(
        long componentTimeoutNanos,
        long startWaitNanos,
        long ioHoldNanos,
        long retryNanos,
        int exchangesMax,
        int hostIosMax,
        int copiesMax,
        int copyPages,
        long scrubIntervalMillis) {
    /** What DESIGN asks for. */
    public static final EngineLimits DEFAULT =
            new EngineLimits(
                    2_000_000_000L,
                    5_000_000_000L,
                    600_000_000_000L,
                    200_000_000L,
                    8192,
                    512,
                    4,
                    64,
                    7 * 86_400_000L);

    static {
        Check.that(
                LinkLimits.DEFAULT.silenceNanos() < DEFAULT.componentTimeoutNanos,
                "a silent link is noticed within a component's time-out");
    }

    /** Checks the relations between the limits. */
    public EngineLimits {
        Check.that(componentTimeoutNanos > 0 && startWaitNanos >= 0, "times are positive");
        Check.that(ioHoldNanos > componentTimeoutNanos, "held longer than a component's time-out");
        Check.that(exchangesMax >= 4 * hostIosMax, "room for every I/O", exchangesMax, hostIosMax);
        Check.that(exchangesMax <= 1 << 16, "exchanges fit their number", exchangesMax);
        Check.that(scrubIntervalMillis >= 0, "scrub interval", scrubIntervalMillis);
        Check.that(copiesMax > 0 && copyPages > 0, "copies", copiesMax, copyPages);
    }

    /** The same with another interval of scrubs. */
    public EngineLimits withScrubInterval(long millis) {
        return new EngineLimits(
                componentTimeoutNanos,
                startWaitNanos,
                ioHoldNanos,
                retryNanos,
                exchangesMax,
                hostIosMax,
                copiesMax,
                copyPages,
                millis);
    }
}
