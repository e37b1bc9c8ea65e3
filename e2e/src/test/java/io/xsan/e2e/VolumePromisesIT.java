package io.xsan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.xsan.crds.CapacityStatus;
import io.xsan.crds.XsanVolume;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a volume does for a pod, from its claim to its end. */
@Order(2)
@ExtendWith(Installed.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(600)
class VolumePromisesIT {
    private static final Duration SOON = Duration.ofMinutes(3);
    private static final int MANY = 50;

    private final Installation xsan;
    private final Kubernetes cluster;

    VolumePromisesIT(Installation xsan) {
        this.xsan = xsan;
        cluster = xsan.cluster();
    }

    @Test
    @Order(1)
    void dataFollowsItsPodToAnyNode() {
        Application app = Application.claim(cluster, "moving", "xsan", "256Mi");
        app.start(xsan.nodes().get(0));
        app.writeFiles();
        for (int i : List.of(1, 2, 0)) {
            long move = System.nanoTime();
            app.stop();
            app.start(xsan.nodes().get(i));
            Installed.report("pod moved to " + xsan.nodes().get(i), move);
            app.checkFiles();
        }
        app.stop();
        app.deleteClaim();
    }

    @Test
    @Order(2)
    void rawBlockDeviceKeepsItsBytesOnAnotherNode() {
        Application app = Application.claimBlock(cluster, "raw", "64Mi");
        app.start(xsan.nodes().get(0));
        app.run(
                "head -c 16777216 /dev/urandom | dd of=/dev/data bs=1M iflag=fullblock oflag=direct");
        String digest = app.run("head -c 16777216 /dev/data | sha256sum");
        app.stop();
        app.start(xsan.nodes().get(2));

        assertThat(app.run("head -c 16777216 /dev/data | sha256sum")).isEqualTo(digest);
        assertThat(app.run("blockdev --getsize64 /dev/data")).isEqualTo("67108864");

        app.stop();
        app.deleteClaim();
    }

    @Test
    @Order(3)
    void xfsGrowsUnderLoad() {
        Application app = Application.claim(cluster, "growing", "xsan-xfs", "320Mi");
        app.start(xsan.nodes().get(2));
        app.startLoad();
        app.awaitLoad(2);
        long before = blocks(app);
        app.grow("640Mi");
        Kubernetes.awaitTrue("file system grown", SOON, () -> blocks(app) > before * 3 / 2);
        app.awaitLoad(2);

        assertThat(app.stopLoad()).as("errors of the load").isEmpty();

        app.stop();
        app.deleteClaim();
    }

    private static long blocks(Application app) {
        return Long.parseLong(app.run("stat -f -c %b /data"));
    }

    @Test
    @Order(4)
    void secondPodOfAClaimForOnePodIsRefused() {
        Application app = Application.claimForOnePod(cluster, "single", "64Mi");
        app.start(xsan.nodes().get(0));
        app.create("single-second", "");
        String why =
                Kubernetes.await(
                        "second pod refused", SOON, () -> notScheduled(app.pod("single-second")));

        assertThat(why).contains("ReadWriteOncePod");

        app.stop("single-second");
        app.stop();
        app.deleteClaim();
    }

    private static @Nullable String notScheduled(@Nullable Pod pod) {
        return pod == null
                ? null
                : pod.getStatus().getConditions().stream()
                        .filter(each -> each.getType().equals("PodScheduled"))
                        .filter(each -> each.getStatus().equals("False"))
                        .map(each -> each.getMessage())
                        .findFirst()
                        .orElse(null);
    }

    @Test
    @Order(5)
    void capacityOfANodeIsThatOfItsAttachMode() {
        for (String node : xsan.nodes()) {
            assertThat(xsan.volumesPerNode(node)).isEqualTo(64);
        }
    }

    @Test
    @Order(6)
    void objectOfAVolumeTellsItsStateAndGoesWithIt() {
        Application app = Application.claim(cluster, "shown", "xsan", "64Mi");
        app.start(xsan.nodes().get(1));
        String volume = app.volume();
        XsanVolume shown =
                Kubernetes.await(
                        "XsanVolume " + volume + " attached",
                        SOON,
                        () -> {
                            XsanVolume object = object(volume);
                            boolean isAttached =
                                    object != null
                                            && object.getStatus() != null
                                            && object.getStatus().attachedTo() != null;
                            return isAttached ? object : null;
                        });

        assertThat(shown.getStatus().state()).isEqualTo("Healthy");
        assertThat(shown.getStatus().inSync()).isEqualTo("3/3");
        assertThat(shown.getStatus().attachedTo()).isEqualTo(xsan.nodes().get(1));
        assertThat(shown.getSpec().size()).isEqualTo("64Mi");

        app.stop();
        app.deleteClaim();
        Kubernetes.awaitTrue("XsanVolume " + volume + " gone", SOON, () -> object(volume) == null);
        assertThat(xsan.xsan("volume list")).doesNotContain(volume);
    }

    private @Nullable XsanVolume object(String volume) {
        return cluster.client().resources(XsanVolume.class).withName(volume).get();
    }

    @Test
    @Order(7)
    void spaceOfADeletedVolumeComesBack() {
        double before = freeGib();
        Application app = Application.claim(cluster, "filled", "xsan", "512Mi");
        app.start(xsan.nodes().get(0));
        app.run("dd if=/dev/urandom of=/data/file bs=1M count=300 oflag=direct 2>&1");
        Kubernetes.awaitTrue("less space", SOON, () -> freeGib() < before - 0.7);
        app.stop();
        app.deleteClaim();
        long deleted = System.nanoTime();

        Kubernetes.awaitTrue("space is back", SOON, () -> freeGib() > before - 0.2);
        Installed.report("300 MiB of a deleted volume, three times, are free again", deleted);
    }

    private double freeGib() {
        CapacityStatus capacity = xsan.status().capacity();
        assertThat(capacity).isNotNull();
        return Quantity.getAmountInBytes(new Quantity(capacity.free())).doubleValue() / (1L << 30);
    }

    @Test
    @Order(8)
    void manyClaimsAtOnceAreAllBound() {
        long start = System.nanoTime();
        List<Application> claims = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            claims.add(Application.claim(cluster, "many-" + i, "xsan", "16Mi"));
        }
        claims.forEach(Application::volume);
        Installed.report(MANY + " claims bound", start);
        long end = System.nanoTime();
        claims.forEach(Application::deleteClaim);
        Installed.report(MANY + " claims deleted", end);
    }
}
