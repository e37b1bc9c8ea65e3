package io.xsan.server.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.v1.BlockLocationRequest;
import io.xsan.protocol.v1.Component;
import io.xsan.protocol.v1.CreateVolumeRequest;
import io.xsan.protocol.v1.ExportVolumeRequest;
import io.xsan.protocol.v1.Policy;
import io.xsan.protocol.v1.RecoverVolumeRequest;
import io.xsan.protocol.v1.Recovery;
import io.xsan.protocol.v1.Volume;
import io.xsan.protocol.v1.VolumeRef;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The last resort for volumes, with processes that end by SIGKILL: node 1 keeps the metadata, nodes
 * 2 and 3 die one after the other, the one that lacks the newest writes comes back.
 */
class RecoverVolumeIT {
    private static final long BLOCKS = LoadedVolume.BYTES >> 22;

    @TempDir Path directory;
    private TestCluster cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = new TestCluster(directory, 1);
        for (int node = 1; node <= 3; node++) {
            cluster.spawn(node);
        }
        TestCluster.await("three nodes", () -> nodesReachable() == 3);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private long nodesReachable() {
        try {
            return cluster.status(1).getNodesList().stream().filter(n -> n.getReachable()).count();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static VolumeRef named(String name) {
        return VolumeRef.newBuilder().setName(name).build();
    }

    private Volume volume(String name) {
        try {
            return cluster.admin(1).call(s -> s.getVolume(named(name)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private String state(String name, int node) {
        return volume(name).getComponentsList().stream()
                .filter(c -> c.getNode() == node)
                .map(Component::getState)
                .findFirst()
                .orElse("");
    }

    /** Makes volumes until one is placed as it is needed; its name. */
    private String create(int width, int owner, Predicate<String> isWanted) throws Exception {
        for (int i = 0; i < 100; i++) {
            String name = "v" + i;
            CreateVolumeRequest request =
                    CreateVolumeRequest.newBuilder()
                            .setName(name)
                            .setSizeBytes(LoadedVolume.BYTES)
                            .setOwner(owner)
                            .setPolicy(Policy.newBuilder().setReplicas(2).setWidth(width))
                            .build();
            cluster.admin(1).call(s -> s.createVolume(request));
            if (isWanted.test(name)) {
                ExportVolumeRequest export =
                        ExportVolumeRequest.newBuilder().setVolume(named(name)).build();
                cluster.admin(1).call(s -> s.exportVolume(export));
                return name;
            }
            cluster.admin(1).call(s -> s.deleteVolume(named(name)));
        }
        throw new IllegalStateException("no volume is placed so");
    }

    private TreeSet<Integer> nodesOf(String name, long block) {
        try {
            BlockLocationRequest request =
                    BlockLocationRequest.newBuilder()
                            .setVolume(named(name))
                            .setBlock(block)
                            .build();
            return new TreeSet<>(
                    cluster.admin(1).call(s -> s.getBlockLocation(request)).getNodesList());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Recovery recover(String name, int from, int epoch) throws IOException {
        RecoverVolumeRequest request =
                RecoverVolumeRequest.newBuilder()
                        .setVolume(named(name))
                        .addFrom(from)
                        .setAcceptDataLoss(epoch != 0)
                        .setEpoch(epoch)
                        .build();
        return cluster.admin(1).call(s -> s.recoverVolume(request));
    }

    /** Node 3 lacks what {@code late} writes, and is the only one of both that comes back. */
    private void loseNode2(String name, LoadedVolume early, LoadedVolume late) throws Exception {
        early.write(150);
        cluster.kill(3);
        late.write(100);
        TestCluster.await("node 3 stale", () -> state(name, 3).equals("STALE"));
        assertThatThrownBy(() -> recover(name, 3, 0))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("nothing is to be recovered")
                .hasMessageContaining("node 2");
        cluster.kill(2);
        cluster.spawn(3);
        TestCluster.await("a plan", () -> isTold(name));
    }

    private boolean isTold(String name) {
        try {
            return !recover(name, 3, 0).getLossesList().isEmpty();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void goOnFrom3(String name) throws Exception {
        Recovery told = recover(name, 3, 0);
        assertThat(told.getLostList()).containsExactly(2);
        assertThat(told.getLosses(0)).contains("Node 3 may lack what was written after version 1.");
        int epoch = told.getVolume().getEpoch();
        assertThatThrownBy(() -> recover(name, 3, epoch + 1)).hasMessageContaining("look again");
        assertThat(state(name, 3)).isNotEqualTo("IN_SYNC");
        recover(name, 3, epoch);
        recover(name, 3, epoch);
        TestCluster.await("an engine", () -> volume(name).getEngine().getState().equals("SERVING"));
        assertThat(volume(name).getEpoch()).isGreaterThan(epoch + 1);
    }

    @Test
    void staleCopyGoesOnWhenTheOnlyUpToDateOneIsGoneAndWhatThatHadIsGivenUp() throws Exception {
        String name = create(2, 2, v -> nodesOf(v, 0).equals(new TreeSet<>(List.of(2, 3))));
        LoadedVolume early = new LoadedVolume(cluster, name, 3, 0);
        LoadedVolume late = new LoadedVolume(cluster, name, 3, 1);
        loseNode2(name, early, late);
        goOnFrom3(name);
        early.verify();
        late.verify(block -> false);
        LoadedVolume after = new LoadedVolume(cluster, name, 3, 2);
        after.write(50);

        // What node 2 still has is not believed when it comes back: it is made equal.
        cluster.spawn(2);
        TestCluster.await("node 2 in sync", () -> state(name, 2).equals("IN_SYNC"));
        cluster.kill(3);
        TestCluster.await("node 2 owns it", () -> volume(name).getOwner() == 2);
        early.verify();
        late.verify(block -> false);
        after.verify();
    }

    @Test
    void partsOfAWideVolumeThatAreUpToDateElsewhereLoseNothing() throws Exception {
        TreeSet<Integer> lost = new TreeSet<>(List.of(2, 3));
        String name =
                create(
                        3,
                        1,
                        v ->
                                LongStream.range(0, BLOCKS)
                                                .anyMatch(b -> nodesOf(v, b).equals(lost))
                                        && LongStream.range(0, BLOCKS)
                                                .anyMatch(b ->
                                                        nodesOf(v, b)
                                                                .equals(
                                                                        new TreeSet<>(
                                                                                List.of(1, 3)))));
        LoadedVolume early = new LoadedVolume(cluster, name, 3, 0);
        LoadedVolume late = new LoadedVolume(cluster, name, 3, 1);
        loseNode2(name, early, late);
        goOnFrom3(name);
        early.verify();
        late.verify(block -> !nodesOf(name, block).equals(lost));
        LoadedVolume after = new LoadedVolume(cluster, name, 3, 2);
        after.write(50);
        cluster.spawn(2);
        TestCluster.await("node 2 in sync", () -> state(name, 2).equals("IN_SYNC"));
        cluster.kill(3);
        early.verify();
        late.verify(block -> !nodesOf(name, block).equals(lost));
        after.verify();
    }
}
