package io.xsan.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Datanodes as processes, a verified load, and SIGTERM to the owner of the moment three times: the
 * volume goes on elsewhere, and a restart needs no hand.
 */
class CleanStopIT {
    /** Five times what a clean stop may take. */
    private static final long STOP_SECONDS_MAX = 25;

    @TempDir Path directory;

    @Test
    @Timeout(900)
    void ownerThatIsStoppedHandsItsVolumeOverAndComesBackWithoutAHand() throws Exception {
        try (LoadedCluster cluster = new LoadedCluster(directory, "127.14")) {
            cluster.start();
            for (int round = 0; round < 3; round++) {
                stopAndStart(cluster);
            }
            cluster.verify();
        }
    }

    private static void stopAndStart(LoadedCluster cluster) throws Exception {
        cluster.goOn();
        Member owner = cluster.owner();
        long start = System.nanoTime();

        boolean isStopped = cluster.nodes.stop(owner, STOP_SECONDS_MAX);

        System.out.printf(
                "node %d stopped in %d ms%n",
                owner.node(), Duration.ofNanos(System.nanoTime() - start).toMillis());
        assertThat(isStopped).as("stops in time").isTrue();
        // How many the others serve by then depends on the machine.
        assertThat(owner.log()).content().contains("hand-over-ended volumes=1");
        assertThat(owner.log()).content().contains("datanode-stopped");
        LoadedCluster.await("another owner is known", () -> !cluster.owner().equals(owner));
        cluster.goOn();
        cluster.nodes.start(owner);
        cluster.awaitInSync();
    }
}
