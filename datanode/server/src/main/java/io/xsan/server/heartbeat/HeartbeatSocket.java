package io.xsan.server.heartbeat;

import io.xsan.base.ErrorCode;
import io.xsan.base.Refusal;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;

/** The UDP sockets of heartbeats, made to fit an address of this host. */
public final class HeartbeatSocket {
    private HeartbeatSocket() {}

    /**
     * A socket at {@code address} that does not block; multicast that it sends leaves by the
     * interface of that address.
     *
     * @throws IOException if it cannot be made
     * @throws Refusal if the port is taken
     */
    static DatagramChannel unicast(InetSocketAddress address) throws IOException {
        DatagramChannel channel = DatagramChannel.open(family(address.getAddress()));
        try {
            channel.bind(address);
        } catch (BindException e) {
            channel.close();
            throw new Refusal(
                    ErrorCode.CONFLICT,
                    "UDP port "
                            + address.getPort()
                            + " (heartbeats) at "
                            + address.getHostString()
                            + " cannot be used: "
                            + e.getMessage());
        }
        channel.configureBlocking(false);
        return channel;
    }

    /**
     * A socket that hears the multicast group {@code group} on the interface of {@code local}, one
     * of several on this host.
     *
     * @throws IOException if it cannot be made, or the interface has no multicast
     */
    public static DatagramChannel group(InetSocketAddress group, InetAddress local)
            throws IOException {
        DatagramChannel channel = DatagramChannel.open(family(group.getAddress()));
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(new InetSocketAddress(group.getPort()));
            channel.join(group.getAddress(), interfaceOf(local));
            channel.configureBlocking(false);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Lets {@code channel} send multicast by the interface of {@code local}. */
    static void sendBy(DatagramChannel channel, InetAddress local) throws IOException {
        channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, interfaceOf(local));
        channel.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true);
    }

    private static ProtocolFamily family(InetAddress address) {
        return address.getAddress().length == 4
                ? StandardProtocolFamily.INET
                : StandardProtocolFamily.INET6;
    }

    private static NetworkInterface interfaceOf(InetAddress local) throws IOException {
        NetworkInterface found = NetworkInterface.getByInetAddress(local);
        if (found == null && local.isLoopbackAddress()) {
            // Every address of 127.0.0.0/8 is the loopback interface's, only one is listed.
            found = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
        }
        if (found == null) {
            throw new IOException("no interface has the address " + local.getHostAddress());
        }
        return found;
    }
}
