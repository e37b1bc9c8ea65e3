package io.xsan.engine.volume;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PatienceTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long BASE = 2 * SECOND;

    /** The clock wraps within the tests; parsed, since it may not in a constant. */
    private static final long START = Long.parseLong("9223372026854775807");

    private final Patience patience = new Patience();

    @Test
    void timeDoublesWhileAComponentFlapsUpToEightTimes() {
        long now = START;
        long[] expected = {2, 2, 4, 8, 16, 16};
        for (long seconds : expected) {
            assertEquals(seconds * SECOND, patience.timeoutNanos(BASE, now));
            patience.onSilent(now);
            now += 20 * SECOND;
        }
    }

    @Test
    void aMinuteWithoutSilenceForgivesAll() {
        patience.onSilent(START);
        patience.onSilent(START + SECOND);
        assertEquals(2 * BASE, patience.timeoutNanos(BASE, START + 60 * SECOND));

        assertEquals(BASE, patience.timeoutNanos(BASE, START + 61 * SECOND));
    }

    @Test
    void slowComponentIsReportedOncePerTime() {
        assertTrue(patience.onSlow(true));
        assertFalse(patience.onSlow(true));
        assertFalse(patience.onSlow(false));
        assertTrue(patience.onSlow(true));
    }
}
