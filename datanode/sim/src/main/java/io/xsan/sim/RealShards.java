package io.xsan.sim;

import io.xsan.base.log.Log;
import io.xsan.engine.Bug;
import io.xsan.engine.Bugs;
import io.xsan.engine.EngineLimits;
import io.xsan.engine.ShardCore;
import io.xsan.engine.ShardSetup;
import io.xsan.sim.cluster.ShardFactory;

/** The shards that a datanode runs, right or with a planted bug. */
final class RealShards {
    /**
     * As in production, but that copies fit the medium buffers of small nodes, and scrubs are asked
     * for.
     */
    private static final EngineLimits LIMITS =
            new EngineLimits(
                    EngineLimits.DEFAULT.componentTimeoutNanos(),
                    EngineLimits.DEFAULT.startWaitNanos(),
                    EngineLimits.DEFAULT.ioHoldNanos(),
                    EngineLimits.DEFAULT.retryNanos(),
                    EngineLimits.DEFAULT.exchangesMax(),
                    EngineLimits.DEFAULT.hostIosMax(),
                    EngineLimits.DEFAULT.copiesMax(),
                    16,
                    0);

    private RealShards() {}

    /** Shards as they are. */
    static ShardFactory correct() {
        return with(Bugs.NONE, Log.NONE, LIMITS);
    }

    /** Shards as they are, which scrub within {@code millis} without being asked. */
    static ShardFactory scrubbing(long millis) {
        return with(Bugs.NONE, Log.NONE, LIMITS.withScrubInterval(millis));
    }

    /** Shards as they are, which tell {@code log} what happens. */
    static ShardFactory telling(Log log) {
        return with(Bugs.NONE, log, LIMITS);
    }

    /** Shards with one bug. */
    static ShardFactory with(Bug bug) {
        return with(Bugs.of(bug), Log.NONE, LIMITS);
    }

    private static ShardFactory with(Bugs bugs, Log log, EngineLimits limits) {
        return seams ->
                new ShardCore(
                        new ShardSetup(
                                seams.cluster(),
                                seams.node(),
                                seams.incarnation(),
                                seams.clock(),
                                seams.entropy(),
                                seams.network(),
                                seams.meta(),
                                seams.store(),
                                seams.pool(),
                                limits,
                                bugs,
                                log));
    }
}
