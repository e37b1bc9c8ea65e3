package io.xsan.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.protocol.client.XsanClient;
import io.xsan.protocol.v1.CreateVolumeRequest;
import io.xsan.protocol.v1.ExportVolumeRequest;
import io.xsan.protocol.v1.Policy;
import io.xsan.protocol.v1.Volume;
import io.xsan.protocol.v1.VolumeRef;
import io.xsan.server.demo.nbd.NbdClient;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rule 5: the end of the whole metadata group stops no I/O. Real sockets, disks, TLS and Raft. */
class ConfirmedIT {
    private static final int PAGE = 4096;
    private static final int VOLUMES_MAX = 100;
    private static final long GUARD_SECONDS = 60;

    @TempDir Path directory;

    @Test
    @Timeout(600)
    void writesAndReadsGoOnWhenAllMembersOfTheMetadataGroupHaveEnded() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 3)) {
            cluster.start(1, 2, 3, 4, 5);
            XsanClient client = cluster.admin(4);
            String name = volumeOfTheFollowers(client);
            client.call(s ->
                    s.exportVolume(
                            ExportVolumeRequest.newBuilder()
                                    .setVolume(VolumeRef.newBuilder().setName(name))
                                    .build()));
            try (NbdClient nbd = connect(cluster, name)) {
                write(nbd, 0, (byte) 1);

                cluster.stop(1);
                cluster.stop(2);
                cluster.stop(3);
                TestCluster.await("the lease runs out", () -> !cluster.node(4).hasLease());

                for (int page = 0; page < 64; page++) {
                    write(nbd, page, (byte) (page + 2));
                    assertThat(read(nbd, page)).isEqualTo((byte) (page + 2));
                }
                assertThat(cluster.node(4).hasLease()).isFalse();
            }
        }
    }

    /** Makes volumes until one has its two components on the datanodes outside of the group. */
    private static String volumeOfTheFollowers(XsanClient client) {
        for (int i = 0; i < VOLUMES_MAX; i++) {
            CreateVolumeRequest request =
                    CreateVolumeRequest.newBuilder()
                            .setName("volume-" + i)
                            .setSizeBytes(4 << 20)
                            .setSectorBytes(PAGE)
                            .setOwner(4)
                            .setPolicy(Policy.newBuilder().setReplicas(2).setWidth(2))
                            .build();
            Volume made = client.call(s -> s.createVolume(request));
            if (made.getComponentsList().stream().allMatch(c -> c.getNode() > 3)) {
                return made.getName();
            }
        }
        throw new AssertionError("no volume is on nodes 4 and 5");
    }

    private static NbdClient connect(TestCluster cluster, String name) throws Exception {
        UnixDomainSocketAddress socket =
                UnixDomainSocketAddress.of(
                        cluster.nodeDirectory(4).resolve("data").resolve("nbd.sock"));
        NbdClient[] found = new NbdClient[1];
        TestCluster.await(
                "the volume is served",
                () -> {
                    try {
                        found[0] = NbdClient.connect(socket, name, 5_000);
                        return true;
                    } catch (IOException e) {
                        return false;
                    }
                });
        return List.of(found).getFirst();
    }

    private static void write(NbdClient nbd, int page, byte content) throws Exception {
        ByteBuffer data = ByteBuffer.allocateDirect(PAGE);
        while (data.hasRemaining()) {
            data.put(content);
        }
        nbd.write((long) page * PAGE, data.flip()).get(GUARD_SECONDS, TimeUnit.SECONDS);
    }

    private static byte read(NbdClient nbd, int page) throws Exception {
        ByteBuffer data = ByteBuffer.allocateDirect(PAGE);
        nbd.read((long) page * PAGE, data).get(GUARD_SECONDS, TimeUnit.SECONDS);
        return data.get(PAGE - 1);
    }
}
