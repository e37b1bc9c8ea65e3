package io.xsan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a pod with a volume sees of the death of this and that. */
@Order(3)
@ExtendWith(Installed.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(600)
class FaultPromisesIT {
    private static final Duration FAULT = Duration.ofMinutes(3);

    private final Installation xsan;
    private final Kubernetes cluster;

    FaultPromisesIT(Installation xsan) {
        this.xsan = xsan;
        cluster = xsan.cluster();
    }

    private Application claim(String name) {
        return Application.claim(cluster, name, "xsan", "256Mi");
    }

    @Test
    @Order(1)
    void deathOfAnyDatanodeIsNoErrorForAPod() throws IOException {
        Application app = claim("killed");
        app.start(xsan.nodes().get(0));
        app.writeFiles();
        app.startLoad();
        app.awaitLoad(3);
        for (Pod datanode : xsan.pods("xsan-datanode")) {
            app.slowest();
            killDatanode(datanode);
            app.awaitLoad(3);
            Installed.report(
                    datanode.getMetadata().getName() + " killed: longest wait of the load",
                    app.slowest());
            xsan.awaitInSync();
        }

        assertThat(app.stopLoad()).as("errors of the load").isEmpty();
        app.checkFiles();

        app.stop();
        app.start(xsan.nodes().get(1));
        app.checkFiles();
        app.stop();
        app.deleteClaim();
    }

    private void killDatanode(Pod datanode) throws IOException {
        String name = datanode.getMetadata().getName();
        int before = restarts(name);
        // The brackets: else it finds, and kills, the shell that runs it.
        Kubernetes.Outcome killed =
                Kubernetes.onNode(
                        datanode.getSpec().getNodeName(),
                        "pkill -KILL -f '[i]o.xsan.server.Main datanode'");
        assertThat(killed.exitCode()).as(killed.output()).isZero();
        Kubernetes.awaitTrue(name + " restarted", FAULT, () -> restarts(name) > before);
        xsan.awaitReady();
    }

    private int restarts(String pod) {
        return Installation.restarts(
                cluster.client().pods().inNamespace(Installation.NAMESPACE).withName(pod).get());
    }

    @Test
    @Order(2)
    void restartOfCsiPodsAndOperatorIsNoErrorForAPod() {
        Application app = claim("control");
        app.start(xsan.nodes().get(1));
        app.startLoad();
        app.awaitLoad(2);
        for (String part : List.of("xsan-csi-node", "xsan-csi-controller", "xsan-operator")) {
            app.slowest();
            xsan.deletePods(part);
            app.awaitLoad(2);
            xsan.awaitReady();
            app.awaitLoad(2);
            Installed.report(part + " deleted: longest wait of the load", app.slowest());
        }

        assertThat(app.stopLoad()).as("errors of the load").isEmpty();

        app.stop();
        app.deleteClaim();
    }

    @Test
    @Order(3)
    void volumesAreMadeAndMountedWhileTheOperatorIsDown() {
        xsan.scaleOperator(0);
        Application app = claim("alone");
        app.start(xsan.nodes().get(2));
        app.writeFiles();
        app.stop();
        app.start(xsan.nodes().get(0));
        app.checkFiles();
        String volume = app.volume();
        xsan.scaleOperator(1);

        Kubernetes.awaitTrue(
                "the operator shows " + volume,
                FAULT,
                () ->
                        cluster.client()
                                        .resources(io.xsan.crds.XsanVolume.class)
                                        .withName(volume)
                                        .get()
                                != null);

        app.stop();
        app.deleteClaim();
    }

    @Test
    @Order(4)
    void powerLossOfAllNodesAtOnceLosesNothing() throws IOException {
        Application app = claim("power");
        app.start(xsan.nodes().get(1));
        app.writeFiles();
        List<Pod> before = xsan.pods("xsan-datanode");
        List<String> machines = new ArrayList<>(xsan.nodes());
        machines.add(cluster.controlPlane());
        long start = System.nanoTime();
        podman("kill", machines);
        podman("start", machines);
        Kubernetes.awaitTrue(
                "all datanodes restarted",
                FAULT,
                () ->
                        before.stream()
                                .allMatch(pod ->
                                        restarts(pod.getMetadata().getName())
                                                > Installation.restarts(pod)));
        xsan.awaitReady();
        Installed.report("all nodes killed and started, until XSAN is ready", start);
        app.stop();
        app.start(xsan.nodes().get(0));
        Installed.report("the pod reads its files again, on another node", start);
        app.checkFiles();

        app.stop();
        app.deleteClaim();
    }

    private static void podman(String verb, List<String> machines) throws IOException {
        List<String> command = new ArrayList<>(List.of("podman", verb));
        command.addAll(machines);
        Kubernetes.Outcome outcome = Kubernetes.onHost(command.toArray(String[]::new));
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    }
}
