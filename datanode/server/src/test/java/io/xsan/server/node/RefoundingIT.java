package io.xsan.server.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xsan.protocol.v1.Component;
import io.xsan.protocol.v1.CreateVolumeRequest;
import io.xsan.protocol.v1.DeleteOrphanRequest;
import io.xsan.protocol.v1.ExportVolumeRequest;
import io.xsan.protocol.v1.HeldComponent;
import io.xsan.protocol.v1.Node;
import io.xsan.protocol.v1.Policy;
import io.xsan.protocol.v1.RecoverVolumeRequest;
import io.xsan.protocol.v1.Volume;
import io.xsan.protocol.v1.VolumeRef;
import io.xsan.server.cli.ClientFile;
import io.xsan.server.cli.XsanCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metadata group is lost for good, and made again: of a survivor, and of a backup. */
class RefoundingIT {
    private static final VolumeRef VOLUME = VolumeRef.newBuilder().setName("v").build();

    @TempDir Path directory;
    private TestCluster cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = new TestCluster(directory, 3);
        for (int node = 1; node <= 3; node++) {
            cluster.spawn(node);
        }
        awaitReachable(3);
        create("v");
        cluster.admin(1)
                .call(s ->
                        s.exportVolume(ExportVolumeRequest.newBuilder().setVolume(VOLUME).build()));
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private void create(String name) throws Exception {
        CreateVolumeRequest request =
                CreateVolumeRequest.newBuilder()
                        .setName(name)
                        .setSizeBytes(LoadedVolume.BYTES)
                        .setOwner(1)
                        .setPolicy(Policy.newBuilder().setReplicas(3).setMinReplicas(1))
                        .build();
        TestCluster.await(
                "volume " + name,
                () ->
                        !call(() -> cluster.admin(1).call(s -> s.createVolume(request)))
                                .getId()
                                .isEmpty());
    }

    /** A call that may not be possible yet. */
    private interface Call<T> {
        T make() throws IOException;
    }

    private static <T> T call(Call<T> call) {
        try {
            return call.make();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitReachable(int nodes) throws Exception {
        TestCluster.await(
                nodes + " nodes",
                () ->
                        call(() -> cluster.status(1)).getNodesList().stream()
                                        .filter(Node::getReachable)
                                        .count()
                                == nodes);
    }

    private boolean isHeardOf(int node) {
        return call(() -> cluster.logOf(node))
                        .lines()
                        .filter(l -> l.contains("metadata-member"))
                        .count()
                == 2;
    }

    private Volume volume() {
        return call(() -> cluster.admin(1).call(s -> s.getVolume(VOLUME)));
    }

    private boolean isServing(String name) {
        VolumeRef ref = VolumeRef.newBuilder().setName(name).build();
        return call(() -> cluster.admin(1).call(s -> s.getVolume(ref)))
                .getEngine()
                .getState()
                .equals("SERVING");
    }

    private List<Integer> members() {
        return call(() -> cluster.status(1)).getNodesList().stream()
                .filter(Node::getMember)
                .map(Node::getId)
                .sorted()
                .toList();
    }

    private boolean isInSync() {
        return volume().getComponentsList().stream()
                .map(Component::getState)
                .allMatch("IN_SYNC"::equals);
    }

    private Path data(int node) {
        return cluster.nodeDirectory(node).resolve("data");
    }

    private void forgetMetadata(int node) throws IOException {
        Path lost = Files.createDirectories(data(node).resolve("lost"));
        Files.move(data(node).resolve("raft"), lost.resolve("raft"));
        Files.move(data(node).resolve("metadata"), lost.resolve("metadata"));
    }

    private int xsan(String... arguments) {
        return XsanCommand.run(List.of(), arguments);
    }

    private String config(int node) {
        return cluster.nodeDirectory(node).resolve("config.json").toString();
    }

    @Test
    void survivorGoesOnAloneAndOthersJoinItAgain() throws Exception {
        LoadedVolume load = new LoadedVolume(cluster, "v");
        load.write(200);
        int epoch = volume().getEpoch();
        String id = cluster.clusterId;
        String[] recovery = {"meta", "recover", "--survivor", "--config", config(1), "--yes", id};
        assertThat(xsan(recovery)).as("refused while it runs").isNotZero();
        // The survivor dies first: it cannot know of what the others have done since.
        for (int node = 1; node <= 3; node++) {
            cluster.kill(node);
        }
        assertThat(xsan("meta", "recover", "--survivor", "--config", config(1), "--yes", "other"))
                .as("another name")
                .isNotZero();
        assertThat(data(1).resolve("raft/peer")).hasContent("1");
        assertThat(xsan(recovery)).isZero();
        cluster.spawn(1);

        // Nobody knows here whether node 2 or 3 has more: an administrator has to say that they
        // are gone.
        TestCluster.await("the engine", () -> volume().getEngine().getState().equals("STARTING"));
        RecoverVolumeRequest told =
                RecoverVolumeRequest.newBuilder().setVolume(VOLUME).addFrom(1).build();
        TestCluster.await(
                "a plan",
                () ->
                        call(() -> cluster.admin(1).call(s -> s.recoverVolume(told)))
                                .getLostList()
                                .equals(List.of(2, 3)));
        RecoverVolumeRequest accepted =
                told.toBuilder().setAcceptDataLoss(true).setEpoch(volume().getEpoch()).build();
        cluster.admin(1).call(s -> s.recoverVolume(accepted));
        load.write(20);
        load.verify();
        assertThat(volume().getEpoch()).isGreaterThan(epoch + (1 << 16));

        comesBackAsAMemberOfTheOldGroup(load);

        for (int node = 2; node <= 3; node++) {
            forgetMetadata(node);
            cluster.spawn(node);
            int joined = node;
            TestCluster.await("member " + node, () -> members().contains(joined));
        }
        TestCluster.await("copies", this::isInSync);
        cluster.kill(1);
        TestCluster.await(
                "a group without node 1",
                () -> call(() -> cluster.admin(2).call(s -> s.getVolume(VOLUME))).getOwner() != 1);
        cluster.spawn(1);
        load.verify();
    }

    /** It is no majority, and what it says counts for nothing. */
    private void comesBackAsAMemberOfTheOldGroup(LoadedVolume load) throws Exception {
        cluster.spawn(2);
        TestCluster.await("its start", () -> isHeardOf(2));
        load.write(20);
        load.verify();
        assertThat(members()).containsExactly(1);
        assertThat(isInSync()).isFalse();
        cluster.kill(2);
    }

    @Test
    void backupIsRestoredAndWhatChangedSinceIsFoundOnTheDisks() throws Exception {
        LoadedVolume load = new LoadedVolume(cluster, "v");
        load.write(100);
        TestCluster.await("all in sync", this::isInSync);
        Path backup = directory.resolve("backup");
        Files.writeString(
                directory.resolve(ClientFile.NAME),
                """
                {"endpoints": ["%s:%d"], "authority": "ca.crt", "certificate": "admin.crt",
                 "key": "admin.key"}
                """
                        .formatted(cluster.host(1), cluster.port + 1));
        String client = directory.toString();
        assertThat(xsan("--cluster", client, "meta", "backup", backup.toString())).isZero();
        assertThat(xsan("--cluster", client, "meta", "backup", backup.toString())).isNotZero();

        // The backup does not know that node 3 misses writes, and not of this volume.
        create("later");
        TestCluster.await("all its components", () -> isServing("later"));
        cluster.kill(3);
        load.write(100);
        for (int node = 1; node <= 2; node++) {
            cluster.kill(node);
            forgetMetadata(node);
        }
        forgetMetadata(3);
        byte[] torn = Files.readAllBytes(backup);
        torn[torn.length / 2] ^= 1;
        Path damaged = Files.write(directory.resolve("damaged"), torn);
        String id = cluster.clusterId;
        assertThat(xsan("meta", "restore", damaged.toString(), "--config", config(1), "--yes", id))
                .isNotZero();
        assertThat(xsan("meta", "restore", backup.toString(), "--config", config(1), "--yes", id))
                .isZero();
        cluster.spawn(3);
        cluster.spawn(1);
        TestCluster.await("the engine", () -> volume().getEngine().getState().equals("STARTING"));
        cluster.spawn(2);
        TestCluster.await("all compared", () -> volume().getEngine().getState().equals("SERVING"));
        load.verify();
        load.write(20);
        TestCluster.await("all in sync", this::isInSync);
        load.verify();
        TestCluster.await("three members", () -> members().equals(List.of(1, 2, 3)));
        TestCluster.await("orphans", () -> orphans().size() == 3);
        assertThat(orphans()).allMatch(orphan -> orphan.getName().equals("later"));
        String orphan = orphans().getFirst().getVolumeId();
        String[] deletion = {
            "--cluster", client, "orphan", "delete", orphan, "--node", "2", "--yes"
        };
        assertThat(xsan(with(deletion, "v"))).as("another name").isNotZero();
        assertThat(orphans()).hasSize(3);
        assertThat(xsan(with(deletion, "later"))).isZero();
        assertThat(orphans()).hasSize(2);
        assertThat(xsan(with(deletion, "later"))).as("no such orphan").isNotZero();
        assertThatThrownBy(() -> deleteComponent(2)).hasMessageContaining("it is no orphan");
        assertThat(isInSync()).isTrue();
    }

    private static String[] with(String[] arguments, String last) {
        return Stream.concat(Stream.of(arguments), Stream.of(last)).toArray(String[]::new);
    }

    private void deleteComponent(int node) throws IOException {
        Component component =
                volume().getComponentsList().stream()
                        .filter(c -> c.getNode() == node)
                        .findFirst()
                        .orElseThrow();
        DeleteOrphanRequest request =
                DeleteOrphanRequest.newBuilder()
                        .setNode(node)
                        .setVolumeId(volume().getId())
                        .setGeneration(component.getGeneration())
                        .build();
        cluster.admin(1).call(s -> s.deleteOrphan(request));
    }

    private List<HeldComponent> orphans() {
        return call(() -> cluster.status(1)).getNodesList().stream()
                .flatMap(node -> node.getStatus().getComponentsList().stream())
                .filter(HeldComponent::getOrphan)
                .toList();
    }
}
