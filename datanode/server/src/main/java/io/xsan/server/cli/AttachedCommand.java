package io.xsan.server.cli;

import io.xsan.protocol.v1.Device;
import io.xsan.protocol.v1.ListDevicesRequest;
import io.xsan.protocol.v1.ListDevicesResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code xsan attached}. */
@Command(name = "attached", description = "Lists the volumes that are attached to this host.")
final class AttachedCommand implements Callable<Integer> {
    private final HostAgent agent;

    @Option(names = "--agent", paramLabel = "SOCKET", description = "The agent's control socket.")
    private @Nullable Path socket;

    AttachedCommand(HostAgent agent) {
        this.agent = agent;
    }

    @Override
    public Integer call() throws IOException {
        ListDevicesResponse all =
                agent.call(socket, s -> s.listDevices(ListDevicesRequest.getDefaultInstance()));
        agent.cluster().print(all, AttachedCommand::table);
        return 0;
    }

    static String table(ListDevicesResponse all) {
        if (all.getDevicesCount() == 0) {
            return "No volumes are attached to this host.\n";
        }
        Table table = new Table("VOLUME", "ID", "DEVICE", "MODE", "SIZE", "STATE", "IN FLIGHT");
        for (Device device : all.getDevicesList()) {
            table.row(
                    device.getName().isEmpty() ? "-" : device.getName(),
                    device.getVolumeId(),
                    device.getPath().isEmpty() ? "-" : device.getPath(),
                    device.getMode() + (device.getReadOnly() ? ", read-only" : ""),
                    Sizes.text(device.getSizeBytes()),
                    state(device),
                    device.getRequestsInFlight());
        }
        return table.text();
    }

    private static String state(Device device) {
        if (!device.getBroken().isEmpty()) {
            return "broken: " + device.getBroken();
        }
        return device.getReason().isEmpty()
                ? device.getState()
                : device.getState() + " (" + device.getReason() + ")";
    }
}
