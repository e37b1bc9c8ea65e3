package io.xsan.server.node;

import io.xsan.base.log.Level;
import io.xsan.meta.lease.LeaseAnswer;
import io.xsan.server.api.NodeView;
import io.xsan.server.api.Peers;
import io.xsan.server.config.DatanodeConfig;
import io.xsan.server.log.EventLog;
import io.xsan.server.shard.SystemClock;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class LeaseKeeperTest {
    private final SystemClock clock = new SystemClock();
    private final AtomicBoolean isTurning = new AtomicBoolean(true);
    private final AtomicLong turnedNanos = new AtomicLong(clock.nanoTime());
    private final AtomicLong letGoIndex = new AtomicLong();
    private final AtomicLong followedIndex = new AtomicLong();
    private final AtomicLong toldIndex = new AtomicLong();

    @TempDir Path directory;

    @Test
    @Timeout(60)
    void shardThatDoesNotTurnLosesItsLeaseAndGetsItBack() throws Exception {
        try (LeaseKeeper keeper = keeper()) {
            await(keeper::holds);

            isTurning.set(false);
            await(() -> !keeper.holds());

            isTurning.set(true);
            await(keeper::holds);
        }
    }

    @Test
    @Timeout(60)
    void leaderHearsOfAVolumeThatWasLetGoOf() throws Exception {
        try (LeaseKeeper keeper = keeper()) {
            await(keeper::holds);

            followedIndex.set(77);
            letGoIndex.set(77);

            await(() -> toldIndex.get() == 77);
        }
    }

    private LeaseKeeper keeper() throws Exception {
        DatanodeConfig config = new TestCluster(directory, 1).configure(1, json -> {});
        NodeView node =
                (NodeView)
                        Proxy.newProxyInstance(
                                NodeView.class.getClassLoader(),
                                new Class<?>[] {NodeView.class},
                                (_, method, arguments) ->
                                        switch (method.getName()) {
                                            case "config" -> config;
                                            case "leaderNode" -> 1;
                                            case "renewLease" -> granted((long) arguments[2]);
                                            default -> throw new AssertionError(method.getName());
                                        });
        LeaseKeeper keeper =
                new LeaseKeeper(
                        new LeaseKeeper.Setup(
                                node,
                                new Peers(node),
                                1,
                                clock,
                                followedIndex::get,
                                letGoIndex::get,
                                this::turned,
                                _ -> {},
                                new EventLog(System.out, Level.ERROR, false)));
        keeper.start();
        return keeper;
    }

    private LeaseAnswer granted(long followed) {
        toldIndex.set(followed);
        return LeaseAnswer.GRANTED;
    }

    private long turned() {
        return isTurning.get()
                ? turnedNanos.updateAndGet(_ -> clock.nanoTime())
                : turnedNanos.get();
    }

    private static void await(Callable<Boolean> isTrue) throws Exception {
        while (!isTrue.call()) {
            Thread.sleep(10);
        }
    }
}
