package io.xsan.server.discovery;

import io.xsan.base.log.Log;
import io.xsan.meta.heartbeat.HeartbeatCodec;
import io.xsan.server.config.DatanodeConfig;
import io.xsan.server.heartbeat.HeartbeatKey;
import io.xsan.server.heartbeat.HeartbeatSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Whoever sends heartbeats of the cluster to its multicast group: they come from a port whose
 * distance to {@code bind_port} is known.
 */
final class MulticastDiscovery implements Discovery {
    private static final int FOUND_MAX = 64;
    private static final int DATAGRAMS_MAX = 4096;

    private final DatanodeConfig config;
    private final Log log;

    MulticastDiscovery(DatanodeConfig config, Log log) {
        this.config = config;
        this.log = log;
    }

    @Override
    public List<Address> find() {
        InetSocketAddress group = config.network().multicast().orElseThrow();
        HeartbeatCodec codec =
                new HeartbeatCodec(
                        config.cluster().clusterId(),
                        HeartbeatKey.read(config.tls().heartbeatKey().orElseThrow()));
        InetSocketAddress own = config.cluster().address(DatanodeConfig.Port.HEARTBEAT);
        Set<Address> found = new LinkedHashSet<>();
        try (DatagramChannel channel = HeartbeatSocket.group(group, own.getAddress());
                Selector selector = Selector.open()) {
            channel.register(selector, SelectionKey.OP_READ);
            // Twice the interval: every node has said something by then.
            selector.select(2L * config.network().heartbeatIntervalMillis());
            long settleMillis = config.network().heartbeatIntervalMillis();
            hear(channel, codec, found);
            if (!found.isEmpty()) {
                selector.selectedKeys().clear();
                selector.select(settleMillis);
                hear(channel, codec, found);
            }
        } catch (IOException e) {
            log.warn("discovery-found-nothing", "group", group, "reason", e);
        }
        return new ArrayList<>(found);
    }

    private static void hear(DatagramChannel channel, HeartbeatCodec codec, Set<Address> found)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(HeartbeatCodec.FRAME_BYTES + 1);
        for (int i = 0; i < DATAGRAMS_MAX && found.size() < FOUND_MAX; i++) {
            buffer.clear();
            if (!(channel.receive(buffer) instanceof InetSocketAddress from)) {
                return;
            }
            byte[] datagram = Arrays.copyOf(buffer.array(), buffer.position());
            int port = from.getPort() - DatanodeConfig.Port.HEARTBEAT.offset();
            if (codec.decode(datagram) instanceof HeartbeatCodec.Received.Heartbeat && port > 0) {
                found.add(new Address(from.getAddress().getHostAddress(), port));
            }
        }
    }
}
