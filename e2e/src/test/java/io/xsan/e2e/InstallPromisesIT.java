package io.xsan.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.xsan.crds.XsanCluster;
import io.xsan.crds.XsanClusterStatus;
import java.time.Duration;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From {@code helm install} to a mounted volume, and what is refused on the way. */
@Order(1)
@ExtendWith(Installed.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(600)
class InstallPromisesIT {
    private static final Duration SOON = Duration.ofMinutes(1);

    private final Installation xsan;
    private final Kubernetes cluster;

    InstallPromisesIT(Installation xsan) {
        this.xsan = xsan;
        cluster = xsan.cluster();
    }

    @Test
    @Order(1)
    void chartAndOneObjectMakeACluster() {
        XsanClusterStatus status = xsan.status();

        assertThat(status.conditions())
                .extracting(Condition::getType)
                .contains(
                        "Accepted",
                        "Applied",
                        "Ready",
                        "Redundant",
                        "UpToDate",
                        "CertificatesValid");
        assertThat(status.conditions())
                .allSatisfy(
                        each -> assertThat(each.getStatus()).as(each.getType()).isEqualTo("True"));
        assertThat(status.nodesReady()).isEqualTo("3/3");
        assertThat(status.nodes())
                .extracting(node -> node.name())
                .containsExactlyInAnyOrderElementsOf(xsan.nodes());
    }

    @Test
    @Order(2)
    void claimOfTheDefaultClassIsMounted() {
        long start = System.nanoTime();
        Application app = Application.claim(cluster, "first", "xsan", "256Mi");
        app.start("");
        Installed.report("claim made, bound, mounted by a running pod", start);
        Installed.report("from helm install to a mounted volume", xsan.startNanos());
        app.writeFiles();
        app.checkFiles();

        app.stop();
        app.deleteClaim();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    even group | spec: {storage: {nodeSelector: {a: b}, devices: [{path: /d}]}, metadata: {members: 2}} | metadata.members is 2, allowed is 1, 3 or 5
                    no nodes | spec: {storage: {devices: [{path: /d}]}} | give either nodeNames (names of nodes) or nodeSelector (labels of nodes), one of both
                    relative path | spec: {storage: {nodeNames: [a], devices: [{path: d}]}} | path is 'd', allowed is an absolute path
                    small device | spec: {storage: {nodeNames: [a], devices: [{path: /d, size: 1Mi}]}} | size is '1Mi', allowed is 128Mi to 1024Ti
                    unknown role | spec: {storage: {nodeNames: [a], devices: [{path: /d, role: log}]}} | supported values: "cache", "capacity"
                    two devices | spec: {storage: {nodeNames: [a], devices: [{path: /d}, {path: /e}]}} | Too many: 2: must have at most 1 item
                    unknown parameter | spec: {storage: {nodeNames: [a], devices: [{path: /d}]}, storageClasses: [{name: a, parameters: {copies: "3"}}]} | parameters: allowed are replicas, minReplicas, width and sectorSize
                    cluster id | spec: {clusterId: me, storage: {nodeNames: [a], devices: [{path: /d}]}} | clusterId is 'me', allowed is a UUID
                    """)
    @Order(3)
    void wrongClusterIsRefusedByTheApiServer(String what, String spec, String message) {
        assertThatThrownBy(() -> cluster.apply(object("XsanCluster", "wrong", spec)))
                .as(what)
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    no size | spec: {replicas: 3} | spec.size: Required value
                    sector | spec: {size: 64Mi, sectorSize: 1024} | allowed is 512 or 4096
                    min replicas | spec: {size: 64Mi, replicas: 2, minReplicas: 3} | minReplicas: allowed is 1 to replicas
                    width | spec: {size: 64Mi, replicas: 3, width: 2} | width: allowed is replicas to 256
                    fraction | spec: {size: 1.5Gi} | size is '1.5Gi', allowed is 1Mi and more
                    """)
    @Order(4)
    void wrongVolumeIsRefusedByTheApiServer(String what, String spec, String message) {
        assertThatThrownBy(() -> cluster.apply(object("XsanVolume", "wrong", spec)))
                .as(what)
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining(message);
    }

    private static String object(String kind, String name, String spec) {
        return "apiVersion: xsan.io/v1alpha1\nkind: %s\nmetadata: {name: %s}\n%s\n"
                .formatted(kind, name, spec);
    }

    @Test
    @Order(5)
    void whereTheDataLieCannotChange() {
        PatchContext merge = PatchContext.of(PatchType.JSON_MERGE);
        String patch = "{\"spec\":{\"storage\":{\"dataDir\":\"/elsewhere\"}}}";
        var object = cluster.client().resources(XsanCluster.class).withName("xsan");

        assertThatThrownBy(() -> object.patch(merge, patch))
                .hasMessageContaining(
                        "storage.dataDir is '/var/lib/xsan' and cannot become '/elsewhere'");
    }

    @Test
    @Order(6)
    void secondClusterIsToldOfTheFirst() {
        cluster.apply(
                object(
                        "XsanCluster",
                        "second",
                        "spec: {storage: {nodeNames: [a], devices: [{path: /d}]}}"));
        var second = cluster.client().resources(XsanCluster.class).withName("second");
        String message =
                Kubernetes.await(
                        "second cluster not accepted",
                        SOON,
                        () -> {
                            XsanCluster object = second.get();
                            Condition accepted =
                                    object.getStatus() == null
                                            ? null
                                            : Installation.condition(
                                                    object.getStatus(), "Accepted");
                            return accepted == null ? null : accepted.getMessage();
                        });

        assertThat(message).startsWith("XsanCluster xsan is the cluster here");

        second.delete();
        Kubernetes.awaitTrue("second cluster gone", SOON, () -> second.get() == null);
    }

    @ParameterizedTest
    @CsvSource({
        "xsan-operator,secrets,get,default,false",
        "xsan-operator,nodes,patch,,false",
        "xsan-operator,clusterroles,create,,false",
        "xsan-operator,secrets,get,xsan-system,true",
        "xsan-csi-controller,secrets,get,xsan-system,false",
        "xsan-csi-controller,persistentvolumes,create,,true",
        "xsan-csi-node,persistentvolumes,get,,false",
        "xsan-agent,secrets,get,xsan-system,false",
        "xsan-datanode,secrets,get,xsan-system,false",
    })
    @Order(7)
    void accountMayDoNoMoreThanItsWork(
            String account, String resource, String verb, String namespace, boolean isAllowed) {
        var review =
                new SubjectAccessReviewBuilder()
                        .withNewSpec()
                        .withUser("system:serviceaccount:" + Installation.NAMESPACE + ":" + account)
                        .withNewResourceAttributes()
                        .withResource(resource)
                        .withGroup(
                                resource.equals("clusterroles") ? "rbac.authorization.k8s.io" : "")
                        .withVerb(verb)
                        .withNamespace(namespace)
                        .endResourceAttributes()
                        .endSpec()
                        .build();

        assertThat(cluster.client().resource(review).create().getStatus().getAllowed())
                .isEqualTo(isAllowed);
    }
}
