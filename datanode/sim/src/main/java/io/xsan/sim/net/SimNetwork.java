package io.xsan.sim.net;

import io.xsan.base.Check;
import io.xsan.base.ClusterId;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameLayout;
import io.xsan.protocol.FrameWriter;
import io.xsan.protocol.Network;
import io.xsan.sim.world.SimLane;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** The network as one life of one node sees it. */
public final class SimNetwork implements Network {
    private record Queued(int node, FrameHeader header, @Nullable PageBuffer body, int offset) {}

    private final SimFabric fabric;
    private final ClusterId cluster;
    private final int self;
    private final long incarnation;
    private final SimLane lane;
    private final BufferPool pool;
    private final FrameWriter writer = new FrameWriter();
    private final ByteBuffer prefix =
            ByteBuffer.allocate(FrameLayout.PREFIX_BYTES_MAX).order(ByteOrder.LITTLE_ENDIAN);
    private final ArrayDeque<Queued> queued = new ArrayDeque<>();
    private @Nullable Receiver receiver;

    SimNetwork(
            SimFabric fabric, ClusterId cluster, Identity identity, SimLane lane, BufferPool pool) {
        this.fabric = fabric;
        this.cluster = cluster;
        this.self = identity.node();
        this.incarnation = identity.incarnation();
        this.lane = lane;
        this.pool = pool;
    }

    /** Who a life of a node is. */
    public record Identity(int node, long incarnation) {}

    /** Names who gets the frames; frames and links come from then on. */
    public void start(Receiver itsReceiver) {
        Check.that(receiver == null, "a network is started once");
        receiver = itsReceiver;
        fabric.onStarted(self);
    }

    @Override
    public void send(int node, FrameHeader header, @Nullable PageBuffer body, int bodyOffsetBytes) {
        queued.add(
                new Queued(
                        node,
                        new FrameHeader().copyOf(header),
                        body == null ? null : body.retain(),
                        bodyOffsetBytes));
    }

    @Override
    public boolean isUp(int node) {
        return node == self || fabric.isUp(self, node);
    }

    /** Sends what was queued in this turn. */
    public void flush() {
        while (!queued.isEmpty()) {
            Queued frame = queued.remove();
            fabric.transmit(self, frame.node(), encode(frame));
            if (frame.body() != null) {
                frame.body().release();
            }
        }
    }

    private byte[] encode(Queued frame) {
        FrameHeader header = frame.header();
        header.clusterHigh = cluster.high();
        header.clusterLow = cluster.low();
        header.sourceNode = self;
        header.targetNode = frame.node();
        if (header.incarnation == 0) {
            header.incarnation = fabric.incarnationOf(self, frame.node());
        }
        int prefixBytes = writer.write(header, frame.body(), frame.offset(), prefix, 0);
        int dataBytes = FrameWriter.dataBytes(header);
        byte[] bytes = new byte[prefixBytes + dataBytes];
        prefix.get(0, bytes, 0, prefixBytes);
        if (dataBytes > 0) {
            PageBuffer body = Check.present(frame.body(), "data come from a buffer");
            ByteBuffer data = body.bytes();
            data.clear();
            data.get(frame.offset(), bytes, prefixBytes, dataBytes);
        }
        return bytes;
    }

    Receiver receiver() {
        return Check.present(receiver, "a receiver was named");
    }

    boolean isStarted() {
        return receiver != null && lane.isAlive();
    }

    SimLane lane() {
        return lane;
    }

    BufferPool pool() {
        return pool;
    }

    long incarnation() {
        return incarnation;
    }
}
