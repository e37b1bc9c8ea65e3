package io.xsan.server.cli;

import io.xsan.protocol.v1.ClusterStatus;
import io.xsan.protocol.v1.Node;
import io.xsan.protocol.v1.StorageDevice;

/** Devices of datanodes, for people. */
final class DeviceTables {
    private DeviceTables() {}

    /** The devices of all nodes that answer. */
    static String devices(ClusterStatus status) {
        Table table =
                new Table(
                        "NODE",
                        "DEVICE",
                        "TYPE",
                        "ROLE",
                        "STORE",
                        "STATE",
                        "SIZE",
                        "FREE",
                        "COMPONENTS");
        StringBuilder reasons = new StringBuilder();
        for (Node node : status.getNodesList()) {
            for (StorageDevice device : node.getStatus().getDevicesList()) {
                boolean isUsed = device.getState().equals("GOOD");
                table.row(
                        node.getId(),
                        device.getPath(),
                        device.getType(),
                        device.getRole(),
                        device.getStoreId().isEmpty() ? "-" : device.getStoreId(),
                        device.getState(),
                        isUsed ? Sizes.text(device.getUsableBytes()) : "-",
                        isUsed ? Sizes.text(device.getFreeBytes()) : "-",
                        device.getComponents());
                if (!isUsed) {
                    reasons.append(
                                    "Node "
                                            + node.getId()
                                            + ": "
                                            + device.getPath()
                                            + " is not used: ")
                            .append(device.getReason())
                            .append('\n');
                }
            }
        }
        return table.text() + reasons;
    }
}
