package io.xsan.server.ports;

import io.xsan.base.ErrorCode;
import io.xsan.base.Refusal;
import io.xsan.server.config.DatanodeConfig;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** Tries all ports of a datanode before it opens any. */
public final class PortCheck {
    private PortCheck() {}

    /**
     * Returns if all ports can be opened now.
     *
     * @throws Refusal CONFLICT, which names the port, what it is for, and who has it
     */
    public static void refuseIfTaken(DatanodeConfig.Cluster cluster) {
        PortHolders holders = new PortHolders(Path.of("/proc"));
        for (DatanodeConfig.Port port : DatanodeConfig.Port.values()) {
            InetSocketAddress address = address(cluster, port);
            Optional<String> fault = fault(address, isUdp(port));
            if (fault.isPresent()) {
                throw new Refusal(
                        ErrorCode.CONFLICT, text(cluster, port, address, fault.get(), holders));
            }
        }
    }

    private static boolean isUdp(DatanodeConfig.Port port) {
        return port == DatanodeConfig.Port.HEARTBEAT;
    }

    /** The health port has no TLS, so it is on loopback in any case. */
    private static InetSocketAddress address(
            DatanodeConfig.Cluster cluster, DatanodeConfig.Port port) {
        InetSocketAddress own = cluster.address(port);
        boolean isElsewhere =
                port == DatanodeConfig.Port.HEALTH
                        && (own.getAddress() == null || !own.getAddress().isLoopbackAddress());
        return isElsewhere
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), own.getPort())
                : own;
    }

    private static Optional<String> fault(SocketAddress address, boolean isUdp) {
        try {
            if (isUdp) {
                new DatagramSocket(address).close();
            } else {
                try (ServerSocket socket = new ServerSocket()) {
                    socket.setReuseAddress(true);
                    socket.bind(address);
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static String text(
            DatanodeConfig.Cluster cluster,
            DatanodeConfig.Port port,
            InetSocketAddress address,
            String fault,
            PortHolders holders) {
        String what =
                "%s port %d (%s, cluster.bind_port %d + %d) of %s cannot be opened: "
                        .formatted(
                                isUdp(port) ? "UDP" : "TCP",
                                address.getPort(),
                                port.name().toLowerCase(Locale.ROOT),
                                cluster.bindPort(),
                                port.offset(),
                                address.getHostString());
        if (!fault.toLowerCase(Locale.ROOT).contains("in use")) {
            return what + fault + "; cluster.bind_ip must be an address of this host";
        }
        return what
                + "it is in use by "
                + holders.describe(address, isUdp(port))
                + "; end that, or choose another cluster.bind_port";
    }
}
