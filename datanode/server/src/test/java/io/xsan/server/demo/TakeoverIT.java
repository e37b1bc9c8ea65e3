package io.xsan.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Datanodes as processes, a verified load, and the end of the owner, by SIGKILL and by SIGSTOP,
 * with and without the lead of the metadata: the volume goes on elsewhere without a command,
 * nothing that was acknowledged is lost, no request fails. All tests hurt the same cluster under
 * the same load. With {@code -Dxsan.kills=N} each fault happens N times, as a measurement.
 */
class TakeoverIT {
    private static final int KILLS = Integer.getInteger("xsan.kills", 1);
    private static final int MANY = 200;

    /** Five times the most that a stall may be. */
    private static final long STALL_MILLIS_MAX = 50_000;

    /** A process that has just started takes nothing over. */
    private static final long QUIET_MILLIS = 6_000;

    @TempDir static Path directory;

    private static LoadedCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = new LoadedCluster(directory, "127.10");
        cluster.start();
        Thread.sleep(QUIET_MILLIS);
    }

    @AfterAll
    static void verify() throws Exception {
        try (LoadedCluster ended = cluster) {
            ended.verify();
        }
    }

    @Test
    @Timeout(3600)
    void volumeOfAKilledOwnerGoesOnElsewhere() throws Exception {
        repeat(
                "owner only",
                () -> {
                    Member leader = cluster.leader();
                    cluster.moveTo(cluster.anyBut(leader));
                    return killOwner();
                });
    }

    @Test
    @Timeout(3600)
    void volumeOfAKilledOwnerThatLedTheMetadataGoesOnElsewhere() throws Exception {
        repeat(
                "owner that leads",
                () -> {
                    cluster.moveTo(cluster.leader());
                    return killOwner();
                });
    }

    @Test
    @Timeout(3600)
    void allVolumesOfAnOwnerOfManyGoOnElsewhere() throws Exception {
        repeat(
                "owner of 200 volumes",
                () -> {
                    Member owner = cluster.owner();
                    cluster.ownVolumes(owner, MANY);
                    long stall =
                            cluster.stallOf(() -> {
                                cluster.nodes.kill(owner);
                                cluster.awaitOtherOwner(owner);
                                cluster.awaitNoVolumesOf(owner);
                                cluster.goOn();
                            });
                    cluster.nodes.start(owner);
                    cluster.awaitInSync();
                    return stall;
                });
    }

    @Test
    @Timeout(3600)
    void ownerThatStoodStillAndWakesCanDoNothingAnyMore() throws Exception {
        repeat(
                "owner stands still",
                () -> {
                    Member owner = cluster.owner();
                    long stall =
                            cluster.stallOf(() -> {
                                cluster.nodes.suspend(owner);
                                cluster.awaitOtherOwner(owner);
                                cluster.goOn();
                            });
                    // It wakes with requests in its sockets and in its engine, and an old lease.
                    cluster.nodes.resume(owner);
                    cluster.goOn();
                    cluster.awaitInSync();
                    return stall;
                });
    }

    @Test
    @Timeout(3600)
    void loadGoesOnWhenAReplicaIsKilled() throws Exception {
        repeat(
                "replica only",
                () -> {
                    Member victim = cluster.anyBut(cluster.owner(), cluster.leader());
                    long stall =
                            cluster.stallOf(() -> {
                                cluster.nodes.kill(victim);
                                cluster.goOn();
                            });
                    cluster.nodes.start(victim);
                    cluster.awaitInSync();
                    return stall;
                });
    }

    @Test
    @Timeout(3600)
    void loadGoesOnWhenAReplicaStandsStill() throws Exception {
        repeat(
                "replica stands still",
                () -> {
                    Member victim = cluster.anyBut(cluster.owner(), cluster.leader());
                    long stall =
                            cluster.stallOf(() -> {
                                cluster.nodes.suspend(victim);
                                cluster.goOn();
                            });
                    cluster.nodes.resume(victim);
                    cluster.awaitInSync();
                    return stall;
                });
    }

    @Test
    @Timeout(3600)
    void loadGoesOnWhenTheVolumeMoves() throws Exception {
        repeat(
                "planned move",
                () -> {
                    Member next = cluster.anyBut(cluster.owner());
                    return cluster.stallOf(() -> cluster.moveTo(next));
                });
    }

    private static long killOwner() throws Exception {
        Member owner = cluster.owner();
        long stall =
                cluster.stallOf(() -> {
                    cluster.nodes.kill(owner);
                    cluster.awaitOtherOwner(owner);
                    cluster.goOn();
                });
        cluster.nodes.start(owner);
        cluster.awaitInSync();
        return stall;
    }

    private interface Hurt {
        /** Hurts the healthy cluster and heals it; the longest stall in milliseconds. */
        long run() throws Exception;
    }

    private static void repeat(String what, Hurt hurt) throws Exception {
        Stalls stalls = new Stalls(what);
        for (int i = 0; i < KILLS; i++) {
            cluster.awaitInSync();
            stalls.add(hurt.run());
            cluster.goOn();
        }
        System.out.println(stalls.summary());
        assertThat(stalls.longest()).isLessThan(STALL_MILLIS_MAX);
    }
}
