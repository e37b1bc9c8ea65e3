package io.xsan.protocol.inspect;

import io.xsan.base.ClusterId;
import io.xsan.base.Version;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.protocol.FrameFault;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameReader;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Shows a recorded stream of frames, one line each, and where and why it breaks off. */
public final class FrameInspector {
    private final StringBuilder text = new StringBuilder();
    private long positionBytes;

    private FrameInspector() {}

    /** The frames of {@code bytes}, from its position to its limit, as lines of text. */
    public static String describe(ByteBuffer bytes) {
        return new FrameInspector().run(bytes);
    }

    private String run(ByteBuffer bytes) {
        int start = bytes.position();
        try (BufferPool pool = new BufferPool(new PoolConfig(0, 0, 1, 0, 4 << 20));
                FrameReader reader = new FrameReader(pool, new Printer(bytes, start))) {
            FrameReader.Progress progress = reader.feed(bytes);
            if (progress == FrameReader.Progress.FAULT) {
                append("%d: %s in the frame that starts here%n", positionBytes, reader.fault());
            } else if (!reader.isBetweenFrames()) {
                append("%d: the stream ends inside the frame that starts here%n", positionBytes);
            }
        }
        return text.toString();
    }

    private final class Printer implements FrameReader.Sink {
        private final ByteBuffer bytes;
        private final int start;

        Printer(ByteBuffer bytes, int start) {
            this.bytes = bytes;
            this.start = start;
        }

        @Override
        public FrameFault onHeader(FrameHeader header) {
            return FrameFault.NONE;
        }

        @Override
        public void onFrame(FrameHeader header, @Nullable PageBuffer body) {
            line(header);
            positionBytes = (long) bytes.position() - start;
        }
    }

    private void line(FrameHeader header) {
        append("%d: %s", positionBytes, header.kind);
        field("status", header.status.number(), header.status);
        field("flags", header.flags, Integer.toBinaryString(header.flags));
        field("credits", header.credits, header.credits);
        if ((header.clusterHigh | header.clusterLow) != 0) {
            append(" cluster=%s", new ClusterId(header.clusterHigh, header.clusterLow));
        }
        append(" from=%d to=%d request=%d", header.sourceNode, header.targetNode, header.requestId);
        field("volume", header.volume, String.format("%016x", header.volume));
        field("generation", header.generation, header.generation);
        field("incarnation", header.incarnation, header.incarnation);
        field("epoch", header.epoch, header.epoch);
        field("layer", header.layer, header.layer);
        field("version", header.version, Version.text(header.version));
        field("stable", header.stable, Version.text(header.stable));
        field("block", header.block, header.block);
        field("offset", header.offsetBytes, header.offsetBytes);
        field("length", header.lengthBytes, header.lengthBytes);
        field("aux", header.aux, header.aux);
        field("body", header.bodyBytes, header.bodyBytes);
        append("%n");
    }

    private void field(String name, long value, Object shown) {
        if (value != 0) {
            append(" %s=%s", name, shown);
        }
    }

    private void append(String format, Object... values) {
        text.append(String.format(format, values));
    }
}
