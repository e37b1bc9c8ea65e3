package io.xsan.engine;

import io.xsan.base.Check;
import io.xsan.base.memory.PageBuffer;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.Network;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Frames from one node to all others, delivered when told; frames are used again. */
final class DirectNetwork implements Network {
    /** A frame on its way. */
    private static final class Frame {
        private final FrameHeader header = new FrameHeader();
        private @Nullable PageBuffer body;
        private int to;
    }

    private final int node;
    private final ArrayDeque<Frame> queue = new ArrayDeque<>(256);
    private final ArrayDeque<Frame> free = new ArrayDeque<>(256);
    long sent;

    DirectNetwork(int node) {
        this.node = node;
    }

    @Override
    public void send(int to, FrameHeader header, @Nullable PageBuffer body, int bodyOffsetBytes) {
        Check.that(bodyOffsetBytes == 0, "bodies of this load start at 0", bodyOffsetBytes);
        Frame frame = free.isEmpty() ? new Frame() : free.pop();
        frame.header.copyOf(header);
        frame.header.clusterHigh = EngineLoad.CLUSTER.high();
        frame.header.clusterLow = EngineLoad.CLUSTER.low();
        frame.header.sourceNode = node;
        if (frame.header.incarnation == 0) {
            frame.header.incarnation = EngineLoad.INCARNATION;
        }
        frame.body = body == null ? null : body.retain();
        frame.to = to;
        queue.add(frame);
        sent++;
    }

    @Override
    public boolean isUp(int to) {
        return true;
    }

    /** Gives out what was sent until now; true if there was anything. */
    boolean deliver(EngineLoad load) {
        int count = queue.size();
        for (int i = 0; i < count; i++) {
            Frame frame = queue.remove();
            load.shard(frame.to).onFrame(node, frame.header, frame.body);
            if (frame.body != null) {
                frame.body.release();
                frame.body = null;
            }
            free.push(frame);
        }
        return count > 0;
    }
}
