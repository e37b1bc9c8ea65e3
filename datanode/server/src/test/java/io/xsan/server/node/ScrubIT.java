package io.xsan.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.protocol.v1.CreateVolumeRequest;
import io.xsan.protocol.v1.ExportVolumeRequest;
import io.xsan.protocol.v1.MoveVolumeRequest;
import io.xsan.protocol.v1.Policy;
import io.xsan.protocol.v1.Scrub;
import io.xsan.protocol.v1.Volume;
import io.xsan.protocol.v1.VolumeRef;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes that rot on the disk of a replica, which hosts do not read. */
class ScrubIT {
    private static final VolumeRef NAME = VolumeRef.newBuilder().setName("v").build();
    private static final int PAGE_BYTES = 4096;
    private static final int EVERY_PAGES = 64;
    private static final long ROT_BYTES = 64L << 20;

    @TempDir Path directory;

    private static Volume volume(TestCluster cluster) {
        try {
            return cluster.admin(1).call(s -> s.getVolume(NAME));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Asks a node that need not be the owner, and waits for the end of the round. */
    private static Scrub scrubbed(TestCluster cluster, int asked) throws Exception {
        long before = volume(cluster).getEngine().getScrub().getFinishedMillis();
        cluster.admin(asked).call(s -> s.scrubVolume(NAME));
        TestCluster.await(
                "the end of a scrub",
                () -> volume(cluster).getEngine().getScrub().getFinishedMillis() > before);
        return volume(cluster).getEngine().getScrub();
    }

    /** Flips a bit in one page of many of the device of a node, where records are or may be. */
    private static void rot(Path disk) throws IOException {
        try (Stream<Path> files = Files.list(disk)) {
            List<Path> parts = files.filter(file -> file.toFile().length() >= ROT_BYTES).toList();
            assertThat(parts).isNotEmpty();
            for (Path part : parts) {
                try (RandomAccessFile bytes = new RandomAccessFile(part.toFile(), "rw")) {
                    for (long at = 1 << 20; at < ROT_BYTES; at += EVERY_PAGES * PAGE_BYTES) {
                        bytes.seek(at + 100);
                        int found = bytes.read();
                        bytes.seek(at + 100);
                        bytes.write(found ^ 4);
                    }
                }
            }
        }
    }

    @Test
    void whatRottedOnAReplicaIsRepairedBeforeAnybodyNeedsIt() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 3)) {
            cluster.start(1, 2, 3);
            CreateVolumeRequest request =
                    CreateVolumeRequest.newBuilder()
                            .setName("v")
                            .setSizeBytes(LoadedVolume.BYTES)
                            .setOwner(1)
                            .setPolicy(Policy.newBuilder().setReplicas(3))
                            .build();
            cluster.admin(1).call(s -> s.createVolume(request));
            ExportVolumeRequest export = ExportVolumeRequest.newBuilder().setVolume(NAME).build();
            cluster.admin(1).call(s -> s.exportVolume(export));
            LoadedVolume load = new LoadedVolume(cluster, "v");
            load.write(800);
            assertThat(scrubbed(cluster, 1).getRepairedPages()).isZero();

            rot(cluster.nodeDirectory(2).resolve("disk"));
            Scrub repaired = scrubbed(cluster, 3);
            assertThat(repaired.getRepairedPages()).isPositive();
            assertThat(repaired.getBadPages()).isZero();
            assertThat(repaired.getReadBytes()).isGreaterThan(500L * PAGE_BYTES);
            assertThat(scrubbed(cluster, 2).getRepairedPages()).isZero();

            cluster.admin(1)
                    .call(s ->
                            s.moveVolume(
                                    MoveVolumeRequest.newBuilder()
                                            .setVolume(NAME)
                                            .setOwner(2)
                                            .build()));
            load.verify();
            assertThat(volume(cluster).getOwner()).isEqualTo(2);
        }
    }
}
