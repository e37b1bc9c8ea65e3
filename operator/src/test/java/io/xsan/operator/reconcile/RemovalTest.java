package io.xsan.operator.reconcile;

import static io.xsan.operator.reconcile.MockKubernetes.NAMESPACE;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.storage.VolumeAttachmentBuilder;
import io.xsan.crds.DeletionPolicy;
import io.xsan.crds.DeviceSpec;
import io.xsan.crds.StorageSpec;
import io.xsan.crds.XsanCluster;
import io.xsan.crds.XsanClusterSpec;
import io.xsan.operator.identity.Certificates;
import io.xsan.operator.identity.IdentityStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the end of an {@code XsanCluster} waits for, and what it leaves. */
class RemovalTest {
    private MockKubernetes kubernetes;

    @BeforeEach
    void threeNodes() {
        kubernetes = new MockKubernetes();
        for (int i = 1; i <= 3; i++) {
            kubernetes.addNode("node" + i, "10.0.0." + i);
            kubernetes.storage.addNode(i, true);
        }
        kubernetes.storage.addVolume("db", 1L << 30);
    }

    @AfterEach
    void close() {
        kubernetes.close();
    }

    private XsanCluster made(DeletionPolicy deletionPolicy) {
        DeviceSpec device = new DeviceSpec("/mnt/xsan", null, null, null, null);
        StorageSpec storage =
                new StorageSpec(null, Map.of("storage", "yes"), List.of(device), null, null);
        XsanCluster cluster =
                kubernetes.addCluster(
                        "main",
                        new XsanClusterSpec(
                                "",
                                storage,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                deletionPolicy));
        new ClusterReconciliation(kubernetes.environment()).reconcile(cluster);
        return cluster;
    }

    private Optional<String> step(XsanCluster cluster) {
        return new Removal(kubernetes.environment()).step(cluster);
    }

    private boolean isAuthorityThere() {
        return kubernetes
                        .client
                        .secrets()
                        .inNamespace(NAMESPACE)
                        .withName(Certificates.AUTHORITY)
                        .get()
                != null;
    }

    @Test
    void waitsForWhatIsAttached() {
        XsanCluster cluster = made(DeletionPolicy.Retain);
        kubernetes
                .client
                .resource(
                        new VolumeAttachmentBuilder()
                                .withNewMetadata()
                                .withName("attachment")
                                .endMetadata()
                                .withNewSpec()
                                .withAttacher("csi.xsan.io")
                                .withNodeName("node2")
                                .withNewSource()
                                .withPersistentVolumeName("pvc-1")
                                .endSource()
                                .endSpec()
                                .build())
                .create();

        assertThat(step(cluster))
                .hasValueSatisfying(why -> assertThat(why).contains("pvc-1 on node2"));

        kubernetes.client.storage().v1().volumeAttachments().withName("attachment").delete();
        assertThat(step(cluster)).isEmpty();
    }

    @Test
    void keepsDataAndIdentityUnlessToldOtherwise() {
        XsanCluster cluster = made(DeletionPolicy.Retain);

        assertThat(step(cluster)).isEmpty();

        assertThat(kubernetes.storage.calls).doesNotContain("delete db");
        assertThat(new IdentityStore(kubernetes.client, NAMESPACE).read()).isPresent();
        assertThat(isAuthorityThere()).isTrue();
    }

    @Test
    void deletesDataOnlyWhenNoPersistentVolumeNamesThem() {
        XsanCluster cluster = made(DeletionPolicy.Delete);
        kubernetes
                .client
                .resource(
                        new PersistentVolumeBuilder()
                                .withNewMetadata()
                                .withName("pvc-1")
                                .endMetadata()
                                .withNewSpec()
                                .withNewCsi()
                                .withDriver("csi.xsan.io")
                                .endCsi()
                                .endSpec()
                                .build())
                .create();

        assertThat(step(cluster)).hasValueSatisfying(why -> assertThat(why).contains("pvc-1"));
        assertThat(kubernetes.storage.volumes).containsKey("db");

        kubernetes.client.persistentVolumes().withName("pvc-1").delete();
        assertThat(step(cluster)).isEmpty();
        assertThat(kubernetes.storage.volumes).isEmpty();
        assertThat(new IdentityStore(kubernetes.client, NAMESPACE).read()).isEmpty();
        assertThat(isAuthorityThere()).isFalse();
    }

    @Test
    void doesNotForgetDataThatNobodyCanDelete() {
        XsanCluster cluster = made(DeletionPolicy.Delete);
        kubernetes.storage.isReachable = false;

        assertThat(step(cluster))
                .hasValueSatisfying(
                        why -> assertThat(why).contains("set deletionPolicy to Retain"));

        assertThat(isAuthorityThere()).isTrue();
    }

    @Test
    void objectThatStandsForNothingMayGo() {
        XsanCluster cluster = made(DeletionPolicy.Delete);
        XsanCluster other = new XsanCluster();
        other.getMetadata().setUid("other");
        other.setSpec(cluster.getSpec());

        assertThat(step(other)).isEmpty();
        assertThat(kubernetes.storage.volumes).containsKey("db");
    }
}
