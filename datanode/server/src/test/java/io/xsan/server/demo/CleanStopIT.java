package io.xsan.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.v1.Component;
import io.xsan.protocol.v1.Volume;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
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

    private static final long VOLUME_BYTES = 64L << 20;

    @TempDir Path directory;

    private final Measures measures = new Measures();

    @Test
    @Timeout(300)
    void ownerThatIsStoppedHandsItsVolumeOverAndComesBackWithoutAHand() throws Exception {
        String prefix = "127.14." + (1 + ProcessHandle.current().pid() % 250) + ".";
        Site site = Site.create(directory, 3, 1L << 30, prefix);
        try (Datanodes nodes = new Datanodes(site, false);
                Control control = new Control(site.clientFile())) {
            for (Member member : site.members()) {
                nodes.start(member);
            }
            await(() -> control.isFormed(3));
            await(() -> isDone(() -> control.create(VOLUME_BYTES, 3)));
            await(() -> isDone(() -> control.open(site)));
            try (Load load = new Load(() -> control.open(site), measures)) {
                measures.start(System.nanoTime());
                load.start();
                for (int round = 0; round < 3; round++) {
                    stopAndStart(site, nodes, control);
                }
                load.stop();
                load.verify();
            }
        }
        System.out.printf(
                "writes %d, reads %d, longest stall %d ms%n",
                measures.writes.sum(), measures.reads.sum(), measures.stallMillis());
        assertThat(measures.troubles()).isEmpty();
        assertThat(measures.pagesLost.sum()).isZero();
        assertThat(measures.pagesVerified.sum()).isPositive();
    }

    private void stopAndStart(Site site, Datanodes nodes, Control control) throws Exception {
        goOn();
        Member owner = site.member(control.export().getOwner());
        long start = System.nanoTime();

        boolean isStopped = nodes.stop(owner, STOP_SECONDS_MAX);

        System.out.printf(
                "node %d stopped in %d ms%n",
                owner.node(), Duration.ofNanos(System.nanoTime() - start).toMillis());
        assertThat(isStopped).as("stops in time").isTrue();
        assertThat(owner.log()).content().contains("hand-over-ended volumes=1 left=0");
        assertThat(owner.log()).content().contains("datanode-stopped");
        await(() -> isDone(() -> control.open(site)));
        assertThat(control.export().getOwner()).isNotEqualTo(owner.node());
        goOn();
        nodes.start(owner);
        await(() -> control.volume().filter(CleanStopIT::isInSync).isPresent());
    }

    /** Returns when a hundred more writes were acknowledged. */
    private void goOn() throws Exception {
        long wanted = measures.writes.sum() + 100;
        await(() -> measures.writes.sum() >= wanted || measures.errors.sum() > 0);
    }

    private static boolean isInSync(Volume volume) {
        return volume.getComponentsList().stream()
                .map(Component::getState)
                .allMatch("IN_SYNC"::equals);
    }

    private static boolean isDone(Callable<?> action) throws Exception {
        try {
            Object result = action.call();
            if (result instanceof AutoCloseable open) {
                open.close();
            }
            return true;
        } catch (ApiException | IOException e) {
            return false;
        }
    }

    private static void await(Callable<Boolean> isDone) throws Exception {
        while (!isDone.call()) {
            Thread.sleep(50);
        }
    }
}
