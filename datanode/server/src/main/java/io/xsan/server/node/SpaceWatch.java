package io.xsan.server.node;

import io.xsan.base.Fullness;
import io.xsan.base.log.Log;

/**
 * Tells in the log when the store of this node becomes fuller than a limit, once for each crossing,
 * and when it has room again. A use that goes to and fro at a limit is one crossing. One thread.
 */
final class SpaceWatch {
    /** So many points below a limit it counts as crossed back. */
    private static final int SLACK_PERCENT = 2;

    private final Log log;
    private Fullness told = Fullness.ROOMY;

    SpaceWatch(Log log) {
        this.log = log;
    }

    /** The store is used by so much. */
    void onUse(int usedPercent) {
        Fullness now = Fullness.of(usedPercent);
        if (now.compareTo(told) > 0) {
            told = now;
            log.warn("space-low", "usedPercent", usedPercent, "follows", now);
            return;
        }
        Fullness back = Fullness.of(usedPercent + SLACK_PERCENT);
        if (back.compareTo(told) < 0) {
            told = back;
            log.info("space-regained", "usedPercent", usedPercent, "follows", back);
        }
    }
}
