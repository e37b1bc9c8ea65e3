package io.xsan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.crds.ComponentStatus;
import io.xsan.crds.XsanVolume;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What an administrator does later, under load. */
@Order(4)
@ExtendWith(Installed.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(600)
class DayTwoPromisesIT {
    private static final String NEXT_IMAGE = "localhost/xsan-datanode:next";
    private static final Duration SOON = Duration.ofMinutes(3);

    private final Installation xsan;
    private final Kubernetes cluster;

    DayTwoPromisesIT(Installation xsan) {
        this.xsan = xsan;
        cluster = xsan.cluster();
    }

    private Application loaded(String name) {
        Application app = Application.claim(cluster, name, "xsan", "256Mi");
        app.start(xsan.nodes().get(0));
        app.writeFiles();
        app.startLoad();
        app.awaitLoad(2);
        app.slowest();
        return app;
    }

    private void endWithoutError(Application app) {
        app.awaitLoad(2);
        assertThat(app.stopLoad()).as("errors of the load").isEmpty();
        app.checkFiles();
        app.stop();
        app.deleteClaim();
    }

    @Test
    @Order(1)
    void nodeIsAddedAndTakenAwayUnderLoad() {
        String fourth = cluster.controlPlane();
        long start = System.nanoTime();
        cluster.label(fourth, Installation.STORAGE_LABEL, "yes");
        Kubernetes.awaitTrue("4/4", SOON, () -> "4/4".equals(xsan.status().nodesReady()));
        Installed.report("fourth node labelled until it serves", start);
        Application app = loaded("scaled");
        Kubernetes.awaitTrue(
                "a component on " + fourth, SOON, () -> nodesOf(app.volume()).contains(fourth));

        long end = System.nanoTime();
        cluster.label(fourth, Installation.STORAGE_LABEL, null);
        Kubernetes.awaitTrue(
                "node gone from XSAN", SOON, () -> !xsan.xsan("node list").contains(fourth));
        Installed.report("label taken away until the node is empty and gone", end);
        Installed.report("longest wait of the load", app.slowest());

        assertThat(xsan.pods("xsan-datanode")).hasSize(3);
        xsan.awaitReady();
        xsan.awaitInSync();
        endWithoutError(app);
    }

    private List<String> nodesOf(String volume) {
        XsanVolume object = cluster.client().resources(XsanVolume.class).withName(volume).get();
        return object == null || object.getStatus() == null
                ? List.of()
                : object.getStatus().components().stream().map(ComponentStatus::node).toList();
    }

    @Test
    @Order(2)
    void newImageIsRolledOutUnderLoad() throws IOException {
        for (String node : xsan.nodes()) {
            Kubernetes.Outcome tagged =
                    Kubernetes.onNode(
                            node,
                            "ctr -n k8s.io images tag --force %s %s"
                                    .formatted(Installation.DATANODE_IMAGE, NEXT_IMAGE));
            assertThat(tagged.exitCode()).as(tagged.output()).isZero();
        }
        Application app = loaded("upgraded");
        long start = System.nanoTime();
        xsan.helmInstall(NEXT_IMAGE);
        Kubernetes.awaitTrue(
                "all datanodes run " + NEXT_IMAGE,
                Duration.ofMinutes(5),
                () -> images().equals(List.of(NEXT_IMAGE, NEXT_IMAGE, NEXT_IMAGE)));
        xsan.awaitReady();
        Installed.report("helm upgrade until all datanodes run the new image", start);
        Installed.report("longest wait of the load", app.slowest());
        endWithoutError(app);
    }

    private List<String> images() {
        return xsan.pods("xsan-datanode").stream()
                .map(pod -> pod.getSpec().getContainers().getFirst().getImage())
                .toList();
    }
}
