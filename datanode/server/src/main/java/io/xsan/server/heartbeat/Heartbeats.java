package io.xsan.server.heartbeat;

import io.xsan.base.NodeId;
import io.xsan.base.log.Log;
import io.xsan.base.seam.Clock;
import io.xsan.meta.heartbeat.DiskHealth;
import io.xsan.meta.heartbeat.HeardNode;
import io.xsan.meta.heartbeat.HeartbeatCodec;
import io.xsan.meta.heartbeat.HeartbeatReceiver;
import io.xsan.meta.heartbeat.HeartbeatReport;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.NodeRecord;
import io.xsan.server.config.DatanodeConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Says every interval that this node lives and how its disks are, and hears the others. Runs on a
 * thread of its own that touches no disk; what it tells of the disks was found out elsewhere.
 */
public final class Heartbeats implements AutoCloseable {
    /** Datagrams read in one go: a flood must not keep this node from saying that it lives. */
    private static final int READ_MAX = 512;

    /** How the disks of this node are. */
    public record Disks(DiskHealth health, long usableBytes, long freeBytes) {}

    /** Who says it, how often and where; {@code disks} must answer at once. */
    public record Setup(
            NodeId node,
            long incarnation,
            InetSocketAddress address,
            int intervalMillis,
            Optional<InetSocketAddress> multicast,
            Supplier<Disks> disks,
            Clock clock,
            Log log) {}

    private final Setup setup;
    private final HeartbeatCodec codec;
    private final HeartbeatReceiver receiver;
    private final Selector selector;
    private final DatagramChannel socket;
    private final Thread thread;
    private final ByteBuffer buffer = ByteBuffer.allocate(HeartbeatCodec.FRAME_BYTES + 1);
    private List<InetSocketAddress> targets = List.of();
    private @Nullable ClusterImage taken;
    private long sequence;
    private volatile ClusterImage image = ClusterImage.UNFORMED;
    private volatile Map<NodeId, HeardNode> heard = Map.of();
    private volatile boolean isClosed;

    /**
     * Opens the sockets; {@link #start} begins.
     *
     * @throws IOException if a socket cannot be made
     */
    public Heartbeats(Setup setup, HeartbeatCodec codec) throws IOException {
        this.setup = setup;
        this.codec = codec;
        this.receiver =
                new HeartbeatReceiver(codec, TimeUnit.MILLISECONDS.toNanos(setup.intervalMillis()));
        selector = Selector.open();
        socket = HeartbeatSocket.unicast(setup.address());
        socket.register(selector, SelectionKey.OP_READ);
        if (setup.multicast().isPresent()) {
            InetSocketAddress group = setup.multicast().get();
            HeartbeatSocket.sendBy(socket, setup.address().getAddress());
            HeartbeatSocket.group(group, setup.address().getAddress())
                    .register(selector, SelectionKey.OP_READ);
        }
        thread = Thread.ofPlatform().name("xsan-heartbeat").daemon().unstarted(this::run);
    }

    /** Begins to say and to hear. */
    public void start() {
        thread.start();
    }

    /** Follows the metadata: who may be heard, and who is told. Any thread. */
    public void onImage(ClusterImage newer) {
        image = newer;
    }

    /** What was heard of the nodes, not older than an interval. Any thread. */
    public Map<NodeId, HeardNode> heard() {
        return heard;
    }

    private void run() {
        long dueNanos = setup.clock().nanoTime();
        long intervalNanos = TimeUnit.MILLISECONDS.toNanos(setup.intervalMillis());
        while (!isClosed) {
            try {
                long left = dueNanos - setup.clock().nanoTime();
                selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
                selector.selectedKeys().clear();
                follow();
                receive();
                long now = setup.clock().nanoTime();
                if (now - dueNanos >= 0) {
                    dueNanos = now + intervalNanos;
                    send();
                }
                heard = receiver.heard(now);
            } catch (IOException e) {
                setup.log().warn("heartbeat-trouble", "reason", e);
            }
        }
    }

    private void follow() {
        ClusterImage newest = image;
        if (newest == taken) {
            return;
        }
        taken = newest;
        receiver.onImage(newest, setup.clock().nanoTime());
        List<InetSocketAddress> others = new ArrayList<>();
        for (NodeRecord node : newest.nodes().values()) {
            if (!node.id().equals(setup.node())) {
                others.add(
                        new InetSocketAddress(
                                node.host(),
                                node.basePort() + DatanodeConfig.Port.HEARTBEAT.offset()));
            }
        }
        targets = others;
    }

    private void receive() throws IOException {
        for (SelectionKey key : selector.keys()) {
            for (int i = 0; i < READ_MAX; i++) {
                buffer.clear();
                SocketAddress from = ((DatagramChannel) key.channel()).receive(buffer);
                if (from == null) {
                    break;
                }
                byte[] datagram = Arrays.copyOf(buffer.array(), buffer.position());
                HeartbeatReceiver.Verdict verdict =
                        receiver.onDatagram(datagram, setup.clock().nanoTime());
                if (verdict == HeartbeatReceiver.Verdict.FORGED) {
                    setup.log().warn("heartbeat-forged", "from", from);
                }
            }
        }
    }

    private void send() throws IOException {
        Disks disks = setup.disks().get();
        sequence++;
        ByteBuffer datagram =
                ByteBuffer.wrap(
                        codec.encode(
                                new HeartbeatReport(
                                        setup.node(),
                                        setup.incarnation(),
                                        sequence,
                                        disks.health(),
                                        disks.usableBytes(),
                                        disks.freeBytes())));
        if (setup.multicast().isPresent()) {
            sendTo(datagram, setup.multicast().get());
        } else {
            for (InetSocketAddress target : targets) {
                sendTo(datagram, target);
            }
        }
        // What this node says of itself is shown with what the others say.
        receiver.onDatagram(datagram.array(), setup.clock().nanoTime());
    }

    private void sendTo(ByteBuffer datagram, InetSocketAddress target) {
        try {
            if (!target.isUnresolved()) {
                socket.send(datagram.duplicate(), target);
            }
        } catch (IOException e) {
            // A lost heartbeat is what UDP is for; others go on.
            setup.log().debug("heartbeat-not-sent", "to", target, "reason", e);
        }
    }

    @Override
    public void close() throws IOException {
        isClosed = true;
        selector.wakeup();
        try {
            thread.join(1_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }
}
