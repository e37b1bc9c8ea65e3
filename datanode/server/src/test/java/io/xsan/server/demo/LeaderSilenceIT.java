package io.xsan.server.demo;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Datanodes as processes, a verified load, and SIGSTOP to the leader of the metadata, which holds a
 * component too: it is asked for its own component's stale record first and never answers, so the
 * load goes on only if nobody waits for that answer for ever.
 */
class LeaderSilenceIT {
    @TempDir Path directory;

    @Test
    @Timeout(900)
    void writesGoOnWhileTheLeaderStandsStill() throws Exception {
        try (LoadedCluster cluster = new LoadedCluster(directory, "127.15")) {
            cluster.start();
            for (int round = 0; round < 3; round++) {
                standStill(cluster);
            }
            cluster.verify();
        }
    }

    private static void standStill(LoadedCluster cluster) throws Exception {
        Member leader = cluster.leader();
        if (leader.equals(cluster.owner())) {
            // Whoever stands still must be another one than serves.
            cluster.moveAwayFrom(leader);
        }
        cluster.goOn();

        cluster.nodes.suspend(leader);

        cluster.goOn();
        cluster.nodes.resume(leader);
        cluster.awaitInSync();
    }
}
