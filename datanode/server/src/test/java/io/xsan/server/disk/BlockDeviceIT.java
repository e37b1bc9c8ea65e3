package io.xsan.server.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xsan.base.ClusterId;
import io.xsan.base.Refusal;
import io.xsan.base.log.Log;
import io.xsan.server.shard.SystemClock;
import io.xsan.store.DeviceOutcome;
import io.xsan.store.DeviceReport;
import io.xsan.store.Limits;
import io.xsan.store.LogStore;
import io.xsan.store.StoreConfig;
import io.xsan.store.format.DeviceRole;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Block devices: loop devices over files. Needs root and a kernel with loop devices. */
class BlockDeviceIT {
    private static final long BYTES = 512L << 20;
    private static final StoreConfig CONFIG =
            new StoreConfig(
                    new ClusterId(1, 2),
                    1,
                    DeviceRole.CACHE,
                    StoreConfig.SEGMENT_BYTES_DEFAULT,
                    Limits.DEFAULT);

    @TempDir private Path directory;
    private Path file = Path.of("");
    private Path device = Path.of("");

    @BeforeEach
    void makeLoopDevice() throws IOException, InterruptedException {
        Assumptions.assumeTrue(
                Files.isWritable(Path.of("/dev/loop-control")), "loop devices need root");
        file = directory.resolve("device");
        try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
            made.setLength(BYTES);
        }
        device = Path.of(run("losetup", "--find", "--show", file.toString()).strip());
    }

    @AfterEach
    void removeLoopDevice() throws IOException, InterruptedException {
        if (!device.toString().isEmpty()) {
            run("losetup", "--detach", device.toString());
        }
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(String.join(" ", command) + ": " + text).isZero();
        return text;
    }

    private DeviceOutcome open(LocalDisk disk) {
        DeviceOutcome[] outcome = new DeviceOutcome[1];
        LogStore.open(CONFIG, disk, new SystemClock(), Log.NONE, o -> outcome[0] = o);
        return outcome[0];
    }

    private DeviceOutcome format(LocalDisk disk) {
        DeviceOutcome[] outcome = new DeviceOutcome[1];
        long[] id = {7};
        LogStore.format(CONFIG, disk, () -> id[0]++, false, o -> outcome[0] = o);
        return outcome[0];
    }

    private String report() throws IOException {
        String[] found = {""};
        try (LocalDisk disk = LocalDisk.open(device, 0, Log.NONE)) {
            DeviceReport.of(disk, text -> found[0] = text);
        }
        return found[0];
    }

    @Test
    void blankBlockDeviceIsFormattedUsedWholeAndHeld() throws IOException {
        try (LocalDisk disk = LocalDisk.open(device, 0, Log.NONE)) {
            assertThat(disk.sizeBytes()).isEqualTo(BYTES);
            assertThat(open(disk)).isInstanceOf(DeviceOutcome.Blank.class);
            assertThat(format(disk)).isInstanceOf(DeviceOutcome.Formatted.class);
            assertThat(open(disk)).isInstanceOf(DeviceOutcome.Opened.class);
            assertThatThrownBy(() -> LocalDisk.open(device, 0, Log.NONE))
                    .hasMessageContaining("in use");
            disk.start(Placement.AUTO, true, new SystemClock(), () -> {});
        }
        assertThat(report()).contains("store 7 of node 1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "ext2/3/4; mkfs.ext4 -q -F DEVICE",
                "xfs; mkfs.xfs -q -f DEVICE",
                "swap; mkswap DEVICE",
                "gpt; printf 'EFI PART' | dd of=DEVICE bs=512 seek=1 conv=notrunc",
                "mbr; printf '\\125\\252' | dd of=DEVICE bs=1 seek=510 conv=notrunc"
            })
    void whatOthersHavePutOnADeviceIsNamedAndNotWritten(String name, String command)
            throws IOException, InterruptedException {
        for (boolean isOwnBefore : new boolean[] {false, true}) {
            if (isOwnBefore) {
                DeviceClearing.clear(device);
                try (LocalDisk disk = LocalDisk.open(device, 0, Log.NONE)) {
                    assertThat(format(disk)).isInstanceOf(DeviceOutcome.Formatted.class);
                }
            }
            run("sh", "-c", command.replace("DEVICE", device.toString()));
            byte[] before = Files.readAllBytes(file);
            try (LocalDisk disk = LocalDisk.open(device, 0, Log.NONE)) {
                assertThat(open(disk)).isInstanceOf(DeviceOutcome.Refused.class);
                assertThat(format(disk)).isInstanceOf(DeviceOutcome.Refused.class);
            }
            assertThat(report().toLowerCase(Locale.ROOT)).contains(name);
            assertThat(Files.readAllBytes(file)).isEqualTo(before);
        }
    }

    @Test
    void mountedDeviceIsRefusedAndNeitherCleared() throws IOException, InterruptedException {
        run("mkfs.ext4", "-q", "-F", device.toString());
        Path mount = Files.createDirectory(directory.resolve("mount"));
        run("mount", device.toString(), mount.toString());
        try {
            String expected = "mounted at " + mount;
            assertThatThrownBy(() -> LocalDisk.open(device, 0, Log.NONE))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining(expected);
            assertThatThrownBy(() -> DeviceClearing.clear(device))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining(expected);
        } finally {
            run("umount", mount.toString());
        }
    }

    @Test
    void clearedDeviceCountsAsEmpty() throws IOException, InterruptedException {
        List<String> commands = List.of("mkfs.ext4 -q -F", "mkfs.xfs -q -f", "mkswap");
        for (String command : commands) {
            run("sh", "-c", command + " " + device);
            assertThat(report()).contains("not of XSAN");
            DeviceClearing.clear(device);
            assertThat(report()).isEqualTo("empty");
        }
        assertThat(BlockDevice.of(device).serial()).isEqualTo(file.toString());
    }
}
