package io.xsan.csi.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.xsan.csi.Answer;
import io.xsan.csi.v1.VolumeCapability.AccessMode.Mode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The node service on real loop devices and file systems; needs root. */
class NodeServiceIT {
    private static final long XFS_BYTES = 320L << 20;

    @TempDir private Path directory;
    private Rig rig = Rig.none();
    private final Processes processes = new Processes();

    @BeforeEach
    void needsRoot() {
        rig = Rig.in(directory);
    }

    @AfterEach
    void leavesNothing() throws IOException {
        rig.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ext4", "xfs"})
    void whatWasWrittenIsThereWhenTheVolumeIsStagedAgain(String type) throws IOException {
        rig.size("v", XFS_BYTES);
        Rig.Volume volume = rig.volume("v");
        ok(volume.stage(type));
        ok(volume.publish("pod", type, false));
        Files.writeString(volume.target("pod").resolve("file"), "kept");
        ok(volume.unpublish("pod"));
        ok(volume.unstage());
        assertThat(rig.isGone("v")).isTrue();

        ok(volume.stage(type));
        ok(volume.publish("pod", type, true));

        Path file = volume.target("pod").resolve("file");
        assertThat(Files.readString(file)).isEqualTo("kept");
        assertThat(Files.isWritable(file)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mkfs.xfs -q", "mkswap", "sfdisk-label", "pvcreate-label"})
    void deviceWithAnySignatureIsNeverFormatted(String what) throws IOException {
        rig.size("v", XFS_BYTES);
        Path device = rig.devices.attach("v", 1, false).path();
        sign(device, what);
        byte[] before = head("v");

        Answer<?> answer = rig.volume("v").stage("ext4");

        assertThat(answer.code()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(answer.message()).contains("never formatted");
        assertThat(head("v")).isEqualTo(before);
    }

    private void sign(Path device, String what) throws IOException {
        switch (what) {
            case "sfdisk-label" -> write(device, 0x1fe, 0x55, 0xaa);
            case "pvcreate-label" -> {
                write(device, 512, 'L', 'A', 'B', 'E', 'L', 'O', 'N', 'E');
                write(device, 512 + 8, 1);
                write(device, 512 + 20, 32);
                write(device, 512 + 24, 'L', 'V', 'M', '2', ' ', '0', '0', '1');
            }
            default -> processes.check(60_000, (what + " " + device).split(" "));
        }
        if (what.equals("sfdisk-label")) {
            write(device, 0x1be, 0, 0, 1, 0, 0x83, 0, 2, 0, 8, 0, 0, 0, 8, 0, 0, 0);
        }
        if (what.equals("pvcreate-label")) {
            processes.run(10_000, List.of("sync", device.toString()));
        }
    }

    private static void write(Path device, long offset, int... bytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(device.toFile(), "rw")) {
            file.seek(offset);
            for (int value : bytes) {
                file.write(value);
            }
            file.getFD().sync();
        }
    }

    private byte[] head(String id) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(rig.devices.file(id).toFile(), "r")) {
            byte[] bytes = new byte[1 << 20];
            file.readFully(bytes);
            return bytes;
        }
    }

    @Test
    void emptyVolumeIsNotFormattedForReadersOnly() throws IOException {
        Answer<?> answer = rig.volume("v").stage("ext4", Mode.MULTI_NODE_READER_ONLY);

        assertThat(answer.code()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(new FileSystems(processes).signature(device("v"))).isEmpty();
    }

    private Path device(String id) throws IOException {
        return rig.devices.find(id).orElseThrow().path();
    }

    @Test
    void rawBlockVolumeIsTheDeviceItself() throws IOException {
        Rig.Volume volume = rig.volume("v");
        ok(volume.stage("block"));
        ok(volume.publish("pod", "block", false));
        ok(volume.publish("pod", "block", false));

        write(volume.target("pod"), 0, 'x');

        assertThat(head("v")[0]).isEqualTo((byte) 'x');
        assertThat(volume.stats("pod").value().getUsage(0).getTotal()).isEqualTo(64L << 20);
        ok(volume.unpublish("pod"));
        assertThat(volume.target("pod")).doesNotExist();
        ok(volume.unstage());
        assertThat(rig.isGone("v")).isTrue();
    }

    @Test
    void secondTargetIsForThoseOnlyThatMayShareTheNode() {
        Rig.Volume volume = rig.volume("v");
        ok(volume.stage("ext4"));
        ok(volume.publish("one", "ext4", false));

        assertThat(volume.publish("two", "ext4", Mode.SINGLE_NODE_SINGLE_WRITER, false).code())
                .isEqualTo(Status.Code.FAILED_PRECONDITION);
        ok(volume.publish("two", "ext4", Mode.SINGLE_NODE_MULTI_WRITER, false));
        assertThat(volume.unstage().code()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    }

    @Test
    void mountThatHasGoneReadOnlyIsMountedAgainAtStage() throws IOException {
        Rig.Volume volume = rig.volume("v");
        ok(volume.stage("ext4"));
        Files.writeString(volume.staging().resolve("file"), "kept");
        processes.check(10_000, "mount", "-o", "remount,ro", volume.staging().toString());
        assertThat(Files.isWritable(volume.staging())).isFalse();

        ok(volume.stage("ext4"));

        Files.writeString(volume.staging().resolve("other"), "written");
        assertThat(volume.staging().resolve("file")).hasContent("kept");
    }

    @Test
    void staleMountOfAnotherDeviceIsReplacedAtStage() throws IOException {
        Rig.Volume volume = rig.volume("v");
        ok(volume.stage("ext4"));
        Files.writeString(volume.staging().resolve("file"), "kept");
        ok(volume.unstage());
        Rig.Volume other = rig.volume("w");
        ok(other.stage("ext4"));
        processes.check(10_000, "mount", device("w").toString(), volume.staging().toString());

        ok(volume.stage("ext4"));

        assertThat(volume.staging().resolve("file")).hasContent("kept");
    }

    @Test
    void xfsGrowsWhileItIsMounted() throws IOException {
        rig.size("v", XFS_BYTES);
        Rig.Volume volume = rig.volume("v");
        ok(volume.stage("xfs"));
        ok(volume.publish("pod", "xfs", false));
        long before = volume.stats("pod").value().getUsage(0).getTotal();
        rig.size("v", 2 * XFS_BYTES);

        assertThat(volume.expand("pod", 2 * XFS_BYTES).value().getCapacityBytes())
                .isEqualTo(2 * XFS_BYTES);
        ok(volume.expand("pod", 2 * XFS_BYTES));

        assertThat(volume.stats("pod").value().getUsage(0).getTotal())
                .isGreaterThan(before + XFS_BYTES / 2);
    }

    @Test
    void ext4OfAVolumeThatHasGrownIsGrownAtStage() throws IOException {
        Rig.Volume volume = rig.volume("v");
        ok(volume.stage("ext4"));
        ok(volume.publish("pod", "ext4", false));
        long before = volume.stats("pod").value().getUsage(0).getTotal();
        ok(volume.unpublish("pod"));
        ok(volume.unstage());
        rig.size("v", 4 * (64L << 20));

        ok(volume.stage("ext4"));
        ok(volume.publish("pod", "ext4", false));

        assertThat(volume.stats("pod").value().getUsage(0).getTotal()).isGreaterThan(3 * before);
    }

    @Test
    void whatIsNotThereIsSaid() {
        Rig.Volume volume = rig.volume("v");

        assertThat(volume.publish("pod", "ext4", false).code())
                .isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(volume.stats("pod").code()).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(volume.expand("pod", 1).code()).isEqualTo(Status.Code.NOT_FOUND);
        ok(volume.unpublish("pod"));
        ok(volume.unstage());
    }

    @Test
    void programThatHangsIsKilledAtItsDeadline() {
        assertThatThrownBy(() -> processes.run(200, List.of("sleep", "600")))
                .isInstanceOf(DeadlineException.class)
                .hasMessageContaining("did not end within 200 ms");
    }

    private static void ok(Answer<?> answer) {
        assertThat(answer.code()).as(answer.message()).isEqualTo(Status.Code.OK);
    }
}
