package io.xsan.server.cli;

import io.xsan.base.ErrorCode;
import io.xsan.base.Refusal;
import io.xsan.protocol.v1.GetClusterStatusRequest;
import io.xsan.server.disk.BlockDevice;
import io.xsan.server.disk.DeviceClearing;
import io.xsan.store.DeviceReport;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code xsan device}: devices of datanodes, and of this host before a datanode has them. */
@Command(
        name = "device",
        description =
                "Lists the devices of the datanodes; shows and clears block devices of this host.")
final class DeviceCommand {
    private final Surroundings surroundings;
    private final Cluster cluster;

    DeviceCommand(Surroundings surroundings, Cluster cluster) {
        this.surroundings = surroundings;
        this.cluster = cluster;
    }

    @Command(description = "Lists the devices of the datanodes.")
    int list() throws IOException {
        cluster.show(
                s -> s.getClusterStatus(GetClusterStatusRequest.getDefaultInstance()),
                DeviceTables::devices);
        return 0;
    }

    @Command(description = "What is on a block device, who uses it, and its serial number.")
    int show(@Parameters(paramLabel = "DEVICE") Path path) throws IOException {
        BlockDevice device = blockDevice(path);
        String[] found = {""};
        try (ReadOnlyDevice disk = new ReadOnlyDevice(path)) {
            DeviceReport.of(disk, text -> found[0] = text);
        }
        String serial = device.serial();
        print("serial    " + (serial.isEmpty() ? "(the system knows none)" : serial));
        print("contents  " + found[0]);
        print("used      " + (device.users().isEmpty() ? "no" : String.join(", ", device.users())));
        return 0;
    }

    @Command(
            description =
                    "Overwrites what is on a block device, so that a datanode takes it for empty.")
    int clear(
            @Parameters(paramLabel = "DEVICE") Path path,
            @Option(
                            names = "--serial",
                            required = true,
                            paramLabel = "SERIAL",
                            description =
                                    "Serial number of the device, as 'xsan device show' tells.")
                    String serial)
            throws IOException {
        BlockDevice device = blockDevice(path);
        if (device.serial().isEmpty() || !device.serial().equals(serial)) {
            throw new Refusal(
                    ErrorCode.INVALID_PARAM,
                    "--serial: %s, allowed is that of %s, which is %s"
                            .formatted(serial, path, shown(device.serial())));
        }
        DeviceClearing.clear(path);
        print("Cleared " + path + ": a datanode that is configured with it will format it.");
        return 0;
    }

    private static String shown(String serial) {
        return serial.isEmpty() ? "unknown to the system, so it cannot be cleared" : serial;
    }

    private static BlockDevice blockDevice(Path path) throws IOException {
        if (!BlockDevice.isOne(path)) {
            throw new Refusal(ErrorCode.INVALID_PARAM, path + " is not a block device");
        }
        return BlockDevice.of(path);
    }

    private void print(String line) {
        surroundings.out().println(line);
        surroundings.out().flush();
    }
}
