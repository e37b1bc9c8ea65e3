package io.xsan.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.xsan.crds.DeletionPolicy;
import io.xsan.crds.XsanVolume;
import io.xsan.crds.XsanVolumeSpec;
import io.xsan.operator.identity.Candidate;
import io.xsan.operator.identity.Identity;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Objects of volumes, and what writing into them does. */
class VolumesTest {
    private static final long GIB = 1L << 30;
    private static final Identity IDENTITY =
            Identity.create("c", "u")
                    .adjusted(
                            List.of(
                                    new Candidate("a", "10.0.0.1", "a"),
                                    new Candidate("b", "10.0.0.2", "b"),
                                    new Candidate("c", "10.0.0.3", "c")),
                            Set.of("a", "b", "c"),
                            3);

    private MockKubernetes kubernetes;

    @BeforeEach
    void start() {
        kubernetes = new MockKubernetes();
    }

    @AfterEach
    void close() {
        kubernetes.close();
    }

    private void look() {
        Health health = Health.of(kubernetes.storage);
        new Volumes(kubernetes.environment(), kubernetes.storage, health, IDENTITY).project();
    }

    private XsanVolume object(String name) {
        return Objects.requireNonNull(found(name));
    }

    private @Nullable XsanVolume found(String name) {
        return kubernetes.client.resources(XsanVolume.class).withName(name).get();
    }

    private void edit(String name, UnaryOperator<XsanVolumeSpec> change) {
        kubernetes
                .client
                .resources(XsanVolume.class)
                .withName(name)
                .edit(each -> {
                    each.setSpec(change.apply(each.getSpec()));
                    // The server in memory does not count generations.
                    each.getMetadata().setGeneration(each.getMetadata().getGeneration() + 1);
                    return each;
                });
    }

    private static XsanVolumeSpec sized(String size, DeletionPolicy deletionPolicy) {
        return new XsanVolumeSpec(size, 4096, 3, 2, 3, deletionPolicy);
    }

    private XsanVolume make(String name, XsanVolumeSpec spec) {
        XsanVolume object = new XsanVolume();
        object.getMetadata().setName(name);
        object.setSpec(spec);
        return kubernetes.client.resource(object).create();
    }

    private void makePersistentVolume(String handle) {
        kubernetes
                .client
                .resource(
                        new PersistentVolumeBuilder()
                                .withNewMetadata()
                                .withName("pv")
                                .endMetadata()
                                .withNewSpec()
                                .withNewCsi()
                                .withDriver("csi.xsan.io")
                                .withVolumeHandle(handle)
                                .endCsi()
                                .endSpec()
                                .build())
                .create();
    }

    @Test
    void everyVolumeHasAnObjectThatSaysHowItIs() {
        kubernetes.storage.addVolume("db", 3 * GIB / 2);
        kubernetes.storage.setState("db", 2, "STALE");

        look();

        XsanVolume object = object("db");
        assertThat(object.getSpec()).isEqualTo(sized("1536Mi", DeletionPolicy.Retain));
        assertThat(object.getStatus().state()).isEqualTo("Degraded");
        assertThat(object.getStatus().inSync()).isEqualTo("2/3");
        assertThat(object.getStatus().owner()).isEqualTo("a");
        assertThat(object.getStatus().components())
                .extracting(each -> each.node() + " " + each.state())
                .containsExactly("a InSync", "b Stale", "c InSync");
    }

    @Test
    void newSpecIsAppliedOnce() {
        kubernetes.storage.addVolume("db", GIB);
        look();
        edit("db", spec -> sized("2Gi", spec.deletionPolicy()));

        look();
        look();

        assertThat(kubernetes.storage.calls)
                .filteredOn(call -> call.startsWith("resize"))
                .containsExactly("resize db " + 2 * GIB);
        assertThat(object("db").getStatus().appliedGeneration())
                .isEqualTo(object("db").getMetadata().getGeneration());
    }

    @Test
    void whatTheMetadataHaveGoesBeforeAnOldSpec() {
        String id = kubernetes.storage.addVolume("db", GIB).getId();
        look();
        kubernetes.storage.resize(id, 4 * GIB);
        kubernetes.storage.calls.clear();

        look();

        assertThat(object("db").getSpec().size()).isEqualTo("4Gi");
        assertThat(kubernetes.storage.calls).isEmpty();
    }

    @Test
    void refusalIsInTheConditionAndTriedAgain() {
        kubernetes.storage.addVolume("db", GIB);
        look();
        kubernetes.storage.refusal = "not enough space: 3 GiB are free";
        edit("db", spec -> sized("8Gi", spec.deletionPolicy()));

        look();
        assertThat(object("db").getStatus().conditions())
                .anyMatch(each ->
                        each.getType().equals("Applied")
                                && each.getStatus().equals("False")
                                && each.getMessage().equals("not enough space: 3 GiB are free"));

        kubernetes.storage.refusal = null;
        look();
        assertThat(kubernetes.storage.volume("db").getSizeBytes()).isEqualTo(8 * GIB);
    }

    @Test
    void objectThatAUserMakesBecomesAVolume() {
        make("mine", sized("2Gi", DeletionPolicy.Retain));

        look();

        assertThat(kubernetes.storage.volume("mine").getSizeBytes()).isEqualTo(2 * GIB);
        assertThat(object("mine").getStatus().id()).isNotNull();
    }

    @Test
    void missingObjectDeletesNothing() {
        kubernetes.storage.addVolume("db", GIB);
        look();
        kubernetes.client.resources(XsanVolume.class).withName("db").delete();

        look();

        assertThat(kubernetes.storage.calls).doesNotContain("delete db");
        assertThat(found("db")).isNotNull();
    }

    @Test
    void volumeIsDeletedForAnObjectThatSaysSoUnlessAPersistentVolumeNamesIt() {
        make("mine", sized("2Gi", DeletionPolicy.Delete));
        look();
        makePersistentVolume(kubernetes.storage.volume("mine").getId());
        kubernetes.client.resources(XsanVolume.class).withName("mine").delete();

        look();
        assertThat(kubernetes.storage.volumes).containsKey("mine");
        assertThat(object("mine").getStatus().conditions())
                .anyMatch(each -> each.getMessage().contains("delete its claim instead"));

        kubernetes.client.persistentVolumes().withName("pv").delete();
        look();
        assertThat(kubernetes.storage.volumes).isEmpty();
        look();
        assertThat(found("mine")).isNull();
    }

    @Test
    void objectOfAVolumeThatIsGoneGoes() {
        kubernetes.storage.addVolume("db", GIB);
        look();
        kubernetes.storage.volumes.clear();

        look();

        assertThat(found("db")).isNull();
        assertThat(kubernetes.storage.calls).containsExactly("create db");
    }
}
