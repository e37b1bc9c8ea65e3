package io.xsan.server.node;

import io.xsan.base.log.Log;
import io.xsan.base.seam.Clock;
import io.xsan.meta.lease.LeaseAnswer;
import io.xsan.meta.lease.LeaseConfig;
import io.xsan.meta.lease.LeaseHolder;
import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.v1.RenewLeaseRequest;
import io.xsan.server.api.NodeView;
import io.xsan.server.api.Peers;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Renews the lease of this datanode (rule 5) on a thread of its own, which never waits for a disk:
 * asks the leader every fifth of the lease, and counts from when it asked.
 */
final class LeaseKeeper implements AutoCloseable {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** A shard that has not ended a turn for so long is stuck: others may have its volumes. */
    private static final long STUCK_NANOS = LeaseConfig.DEFAULT.durationNanos() / 2;

    /** News are told again so often until they are taken. */
    private static final long NEWS_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final NodeView node;
    private final Peers peers;
    private final long incarnation;
    private final Clock clock;
    private final LongSupplier followedIndex;
    private final LongSupplier letGoIndex;
    private final LongSupplier turnedNanos;
    private final LongConsumer onLease;
    private final Log log;
    private final LeaseHolder holder = new LeaseHolder(LeaseConfig.DEFAULT);
    private final Thread thread;
    private volatile boolean isClosed;
    private volatile long untilNanos;
    private volatile boolean wasGranted;
    private long toldIndex;
    private long askedNanos;

    /**
     * Who asks, of whom, and who is told. {@code turnedNanos}: when the shard last ended a turn.
     */
    record Setup(
            NodeView node,
            Peers peers,
            long incarnation,
            Clock clock,
            LongSupplier followedIndex,
            LongSupplier letGoIndex,
            LongSupplier turnedNanos,
            LongConsumer onLease,
            Log log) {}

    LeaseKeeper(Setup setup) {
        this.node = setup.node();
        this.peers = setup.peers();
        this.incarnation = setup.incarnation();
        this.clock = setup.clock();
        this.followedIndex = setup.followedIndex();
        this.letGoIndex = setup.letGoIndex();
        this.turnedNanos = setup.turnedNanos();
        this.onLease = setup.onLease();
        this.log = setup.log();
        this.thread = Thread.ofPlatform().name("xsan-lease").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** True while the lease holds. Any thread. */
    boolean holds() {
        return wasGranted && untilNanos - clock.nanoTime() > 0;
    }

    private void run() {
        while (!isClosed) {
            if (isStuck()) {
                log.warn("lease-not-renewed", "reason", "the shard does not turn");
                LockSupport.parkNanos(10 * LOOK_NANOS);
                continue;
            }
            // Whoever takes a volume over waits until the leader knows that it was let go of.
            boolean hasNews =
                    letGoIndex.getAsLong() > toldIndex
                            && clock.nanoTime() - askedNanos > NEWS_NANOS;
            if (hasNews || holder.isRequestDue(clock.nanoTime())) {
                renew();
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private boolean isStuck() {
        return clock.nanoTime() - turnedNanos.getAsLong() > STUCK_NANOS;
    }

    private void renew() {
        int leader = node.leaderNode();
        int self = node.config().cluster().nodeId();
        long followed = followedIndex.getAsLong();
        askedNanos = clock.nanoTime();
        long request = holder.onRequest(askedNanos);
        boolean isGranted;
        try {
            isGranted =
                    leader != 0
                            && (leader == self
                                    ? askSelf(self, followed)
                                    : ask(leader, self, followed));
        } catch (ApiException | NoSuchElementException e) {
            log.debug(
                    "lease-not-renewed",
                    "leader",
                    leader,
                    "reason",
                    String.valueOf(e.getMessage()));
            return;
        }
        if (isGranted) {
            holder.onGranted(request);
            toldIndex = followed;
            untilNanos = holder.untilNanos();
            wasGranted = true;
            onLease.accept(holder.untilNanos());
        }
    }

    private boolean askSelf(int self, long followed) {
        LeaseAnswer answer = node.renewLease(self, incarnation, followed);
        return answer == LeaseAnswer.GRANTED;
    }

    private boolean ask(int leader, int self, long followed) {
        RenewLeaseRequest request =
                RenewLeaseRequest.newBuilder()
                        .setNode(self)
                        .setIncarnation(incarnation)
                        .setImageIndex(followed)
                        .build();
        return peers.client(leader).call(s -> s.renewLease(request)).getDurationNanos() > 0;
    }

    @Override
    public void close() {
        isClosed = true;
        LockSupport.unpark(thread);
    }
}
