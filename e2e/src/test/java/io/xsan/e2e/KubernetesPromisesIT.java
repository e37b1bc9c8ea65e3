package io.xsan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What XSAN promises to those who use it on Kubernetes, on a real cluster with three workers. The
 * cluster, its images and its clean-up are the business of {@code e2e/run.sh}. Each promise has
 * volumes of its own; the first one installs.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(600)
class KubernetesPromisesIT {
    private static final Installation.Images IMAGES =
            new Installation.Images(
                    "localhost/xsan-datanode:e2e",
                    "localhost/xsan-csi-driver:e2e",
                    "localhost/*:e2e");
    private static final Duration FAULT = Duration.ofMinutes(3);
    private static final String MAKE_FILES =
            "cd /data && for i in 1 2 3 4; do head -c 8000000 /dev/urandom > file$i; done"
                    + " && sha256sum file? > sums && sync -f /data";

    @TempDir private static Path directory;
    private static Kubernetes cluster;
    private static Installation xsan;

    @BeforeAll
    static void installed() throws IOException {
        cluster = Kubernetes.of(Path.of(System.getProperty("xsan.e2e.kubeconfig")));
        xsan = new Installation(cluster, IMAGES, directory);
        long start = System.nanoTime();
        xsan.install();
        report("installed and ready", start);
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    @BeforeEach
    void announce(TestInfo info) {
        System.out.println("   promise: " + info.getTestMethod().orElseThrow().getName());
    }

    private static void report(String what, long startNanos) {
        System.out.printf("   %s: %.1f s%n", what, (System.nanoTime() - startNanos) / 1e9);
    }

    private Application claim(String name) {
        return Application.claim(cluster, IMAGES.datanode(), name, "xsan", "256Mi");
    }

    @Test
    @Order(1)
    void clusterIsMadeOfTheDatanodesOfAllWorkers() {
        assertThat(xsan.nodes()).hasSize(3);
        assertThat(xsan.xsan("node list")).contains("1", "2", "3");
    }

    @Test
    @Order(2)
    void dataFollowsItsPodToAnotherNode() {
        Application app = claim("moving");
        long start = System.nanoTime();
        app.start(xsan.nodes().get(0));
        report("claim made, bound, mounted by a running pod", start);
        app.run(MAKE_FILES);
        for (int i : List.of(1, 2, 0)) {
            long move = System.nanoTime();
            app.stop();
            app.start(xsan.nodes().get(i));
            report("pod moved to " + xsan.nodes().get(i), move);
            app.run("cd /data && sha256sum --quiet -c sums");
        }
        app.stop();
        app.deleteClaim();
    }

    @Test
    @Order(3)
    void rawBlockDeviceKeepsItsBytesOnAnotherNode() {
        Application app = Application.claimBlock(cluster, IMAGES.datanode(), "raw", "64Mi");
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
    @Order(4)
    void deathOfAnyDatanodeIsNoErrorForAPod() throws IOException {
        Application app = claim("killed");
        app.start(xsan.nodes().get(0));
        app.run(MAKE_FILES);
        app.startLoad();
        app.awaitLoad(3);
        for (int number = 1; number <= xsan.nodes().size(); number++) {
            long start = System.nanoTime();
            killDatanode(number);
            app.awaitLoad(3);
            report("datanode " + number + " killed, load went on", start);
            xsan.awaitInSync();
        }

        assertThat(app.stopLoad()).as("errors of the load").isEmpty();
        app.run("cd /data && sha256sum --quiet -c sums");

        app.stop();
        app.start(xsan.nodes().get(1));
        app.run("cd /data && sha256sum --quiet -c sums");
        app.stop();
        app.deleteClaim();
    }

    private void killDatanode(int number) throws IOException {
        int before = restarts(number);
        String node = xsan.nodes().get(number - 1);
        // The brackets: else it finds, and kills, the shell that runs it.
        Kubernetes.Outcome killed =
                Kubernetes.onNode(node, "pkill -KILL -f '[i]o.xsan.server.Main datanode'");
        assertThat(killed.exitCode()).as(killed.output()).isZero();
        Kubernetes.awaitTrue(
                "datanode " + number + " restarted", FAULT, () -> restarts(number) > before);
        xsan.awaitReady();
    }

    private static int restarts(int number) {
        return xsan.pods("xsan-datanode").stream()
                .filter(pod ->
                        Integer.toString(number)
                                .equals(pod.getMetadata().getLabels().get("number")))
                .mapToInt(KubernetesPromisesIT::restarts)
                .sum();
    }

    private static int restarts(Pod pod) {
        return pod.getStatus().getContainerStatuses().stream()
                .mapToInt(status -> status.getRestartCount())
                .sum();
    }

    @Test
    @Order(5)
    void restartOfTheCsiPodsIsNoErrorForAPod() {
        Application app = claim("csi");
        app.start(xsan.nodes().get(1));
        app.startLoad();
        app.awaitLoad(2);
        for (String part : List.of("xsan-csi-node", "xsan-csi-controller")) {
            cluster.client()
                    .pods()
                    .inNamespace(Installation.NAMESPACE)
                    .withLabel("app", part)
                    .delete();
            app.awaitLoad(2);
            xsan.awaitReady();
        }
        app.awaitLoad(2);

        assertThat(app.stopLoad()).as("errors of the load").isEmpty();

        app.stop();
        app.deleteClaim();
    }

    @Test
    @Order(6)
    void xfsGrowsUnderLoad() {
        Application app =
                Application.claim(cluster, IMAGES.datanode(), "growing", "xsan-xfs", "320Mi");
        app.start(xsan.nodes().get(2));
        app.startLoad();
        app.awaitLoad(2);
        long before = blocks(app);
        app.grow("640Mi");
        Kubernetes.awaitTrue("file system grown", FAULT, () -> blocks(app) > before * 3 / 2);
        app.awaitLoad(2);

        assertThat(app.stopLoad()).as("errors of the load").isEmpty();

        app.stop();
        app.deleteClaim();
    }

    private static long blocks(Application app) {
        return Long.parseLong(app.run("stat -f -c %b /data"));
    }

    @Test
    @Order(7)
    void secondPodOfAClaimForOnePodIsRefused() {
        Application app = Application.claimForOnePod(cluster, IMAGES.datanode(), "single", "64Mi");
        app.start(xsan.nodes().get(0));
        app.create("single-second", "");
        String why =
                Kubernetes.await(
                        "second pod refused",
                        FAULT,
                        () -> {
                            Pod second = app.pod("single-second");
                            return second == null
                                    ? null
                                    : second.getStatus().getConditions().stream()
                                            .filter(each -> each.getType().equals("PodScheduled"))
                                            .filter(each -> each.getStatus().equals("False"))
                                            .map(each -> each.getMessage())
                                            .findFirst()
                                            .orElse(null);
                        });

        assertThat(why).contains("ReadWriteOncePod");

        app.stop("single-second");
        app.stop();
        app.deleteClaim();
    }

    @Test
    @Order(8)
    void capacityOfANodeIsThatOfItsAttachMode() {
        for (String node : xsan.nodes()) {
            assertThat(xsan.volumesPerNode(node)).isEqualTo(64);
        }
    }

    @Test
    @Order(9)
    void deletedVolumeIsGoneFromXsan() {
        Application app = claim("deleted");
        String volume = app.volume();
        assertThat(xsan.xsan("volume list")).contains(volume);

        app.deleteClaim();

        Kubernetes.awaitTrue(
                "volume " + volume + " gone from XSAN",
                FAULT,
                () -> !xsan.xsan("volume list").contains(volume));
    }
}
