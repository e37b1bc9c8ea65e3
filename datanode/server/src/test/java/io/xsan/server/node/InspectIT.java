package io.xsan.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.Check;
import io.xsan.protocol.v1.CreateVolumeRequest;
import io.xsan.protocol.v1.ExportVolumeRequest;
import io.xsan.protocol.v1.Policy;
import io.xsan.protocol.v1.VolumeRef;
import io.xsan.server.Repository;
import io.xsan.server.cli.XsanCommand;
import io.xsan.server.demo.nbd.NbdClient;
import io.xsan.store.format.Superblock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands of xsan-inspect on the files that a datanode has written. */
@Timeout(300)
class InspectIT {
    private static final int CHUNK_BYTES = 256 << 10;
    private static final int CHUNKS = 320;
    private static final int SEGMENT_BYTES = 32 << 20;
    private static final long FILE_BYTES = 64L << 20;
    private static final long CONNECT_MILLIS = 30_000;

    @TempDir Path directory;
    private TestCluster cluster;
    private Path device;
    private final int[] content = new int[CHUNKS];

    /** A volume of 80 MiB, half of it written twice, on a datanode that has ended. */
    @BeforeEach
    void write() throws Exception {
        cluster = new TestCluster(directory, 1);
        device = cluster.nodeDirectory(1).resolve("disk");
        cluster.start(1);
        CreateVolumeRequest request =
                CreateVolumeRequest.newBuilder()
                        .setName("kept")
                        .setSizeBytes((long) CHUNKS * CHUNK_BYTES)
                        .setPolicy(Policy.newBuilder().setReplicas(1))
                        .build();
        cluster.admin(1).call(s -> s.createVolume(request));
        SplittableRandom random = new SplittableRandom(11);
        try (NbdClient client = connect()) {
            ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
            for (int i = 0; i < CHUNKS + CHUNKS / 2; i++) {
                int at = i < CHUNKS ? i : random.nextInt(CHUNKS);
                for (int word = 0; word < CHUNK_BYTES; word += 8) {
                    chunk.putLong(word, random.nextLong());
                }
                content[at] = chunk.clear().hashCode();
                client.write((long) at * CHUNK_BYTES, chunk).get();
            }
        }
        cluster.stop(1);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private NbdClient connect() throws Exception {
        ExportVolumeRequest export =
                ExportVolumeRequest.newBuilder()
                        .setVolume(VolumeRef.newBuilder().setName("kept"))
                        .build();
        NbdClient[] connected = new NbdClient[1];
        TestCluster.await("an engine that serves", () -> isConnected(export, connected));
        return connected[0];
    }

    private boolean isConnected(ExportVolumeRequest export, NbdClient[] connected) {
        try {
            URI uri = URI.create(cluster.admin(1).call(s -> s.exportVolume(export)).getTcpUri());
            InetSocketAddress address = new InetSocketAddress(uri.getHost(), uri.getPort());
            connected[0] = NbdClient.connect(address, "kept", CONNECT_MILLIS);
            return true;
        } catch (IOException e) {
            // The attachment has not reached the engine yet.
            return false;
        }
    }

    private static String inspect(String... arguments) {
        PrintStream before = System.out;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            String[] all = new String[arguments.length + 1];
            all[0] = "inspect";
            System.arraycopy(arguments, 0, all, 1, arguments.length);
            assertThat(XsanCommand.run(List.of(), all)).isZero();
        } finally {
            System.setOut(before);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void dumpsTellWhatADatanodeWrote() throws Exception {
        assertThat(inspect("superblock", device.toString()))
                .hasLineCount(2)
                .contains(cluster.clusterId);
        String checkpoints = inspect("checkpoint", device.toString());
        long sealed = checkpoints.lines().filter(l -> !l.contains("free")).count();
        assertThat(sealed).isGreaterThanOrEqualTo(3);
        assertThat(inspect("checkpoint", device.toString(), "0").lines().count())
                .isGreaterThan(100);
        assertThat(inspect("segment", device.toString(), "0").lines().count()).isGreaterThan(200);
        assertThat(inspect("raftlog", raftLog().toString())).contains("kept");
        Path golden = Path.of("datanode/protocol/src/test/resources/golden/v1/frames.bin");
        Path frames = Repository.ofThisBuild().root().resolve(golden);
        assertThat(inspect("frame", frames.toString())).contains("WRITE");
    }

    private Path raftLog() throws IOException {
        try (Stream<Path> files = Files.walk(cluster.nodeDirectory(1).resolve("data"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("log_"))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void rebuildGivesBackTheIndexWhoseCheckpointsAreGone() throws Exception {
        String before = inspect("checkpoint", device.toString());
        destroyCheckpoints();
        assertThat(inspect("checkpoint", device.toString())).isNotEqualTo(before);

        assertThat(inspect("rebuild", device.toString())).contains("Rebuilt", "80 MiB", "good");

        assertThat(inspect("checkpoint", device.toString())).isEqualTo(before);
        cluster.start(1);
        try (NbdClient client = connect()) {
            ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
            for (int at = 0; at < CHUNKS; at++) {
                client.read((long) at * CHUNK_BYTES, chunk.clear()).get();
                assertThat(chunk.clear().hashCode()).as("chunk %d", at).isEqualTo(content[at]);
            }
        }
    }

    /** Zeros over the last page of each segment: a checkpoint is found from there. */
    private void destroyCheckpoints() throws IOException {
        long end = Superblock.SEGMENTS_OFFSET + SEGMENT_BYTES;
        int destroyed = 0;
        for (long at = end - 4096; at + 8192 < FILE_BYTES * 16; at += SEGMENT_BYTES) {
            Path file = device.resolve(String.format("data-%05d", at / FILE_BYTES));
            try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
                open.seek(at % FILE_BYTES);
                open.write(new byte[4096]);
                destroyed++;
            }
        }
        Check.that(destroyed > 20, "segments of a device of 1 GiB", destroyed);
    }

    @Test
    void rebuildRefusesADeviceThatADatanodeUses() throws Exception {
        cluster.start(1);

        int code = XsanCommand.run(List.of(), "inspect", "rebuild", device.toString());

        assertThat(code).isNotZero();
    }
}
