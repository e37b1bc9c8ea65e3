package io.xsan.protocol;

import io.xsan.base.Check;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One connection as frames: link state, reader and writer put together. Sans I/O: the adapter feeds
 * bytes and ticks and sends what is written to the {@link Wire}.
 *
 * <pre>
 *   bytes --> FrameReader --> LinkState --> Handler
 *   send --> (waits for credit) --> LinkState --> FrameWriter --> Wire
 * </pre>
 *
 * <p>Requests without credit wait here in order; answers overtake them. One shard.
 */
public final class FrameChannel {
    /** The way out. What is written leaves in order, at the latest at the end of the turn. */
    public interface Wire {
        /** Sends bytes from position to limit, copied before return. */
        void write(ByteBuffer bytes);

        /** Sends bytes of a buffer without copying them; retains it until they have left. */
        void write(PageBuffer buffer, int offsetBytes, int lengthBytes);

        /**
         * Closes the connection at once; {@link FrameChannel#onClosed} follows, not from inside.
         */
        void abort();
    }

    /** Who gets the frames. */
    public interface Handler {
        /** Both sides have greeted. */
        void onUp(FrameChannel channel);

        /**
         * A header that the link lets in, before its body; anything but NONE ends the connection.
         */
        FrameFault onHeader(FrameHeader header);

        /** A whole frame, not of the link itself; both are borrowed. */
        void onFrame(FrameHeader header, @Nullable PageBuffer body);

        /** The connection is over, once; told also where it was never up. */
        void onDown(FrameFault fault);
    }

    /** A request that waits for credit; used again for others. */
    private static final class Waiting {
        final FrameHeader header = new FrameHeader();
        @Nullable PageBuffer body;
        int bodyOffsetBytes;
    }

    private final LinkState link;
    private final Wire wire;
    private final Handler handler;
    private final FrameReader reader;
    private final FrameWriter writer = new FrameWriter();
    private final FrameHeader outgoing = new FrameHeader();
    private final ByteBuffer prefix =
            ByteBuffer.allocate(FrameLayout.PREFIX_BYTES_MAX).order(ByteOrder.LITTLE_ENDIAN);
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final ArrayDeque<Waiting> free = new ArrayDeque<>();
    private boolean isAborted;
    private boolean isDown;

    /** A connection that was just made or accepted; bodies land in buffers of {@code pool}. */
    public FrameChannel(LinkState link, BufferPool pool, Wire wire, Handler handler) {
        this.link = link;
        this.wire = wire;
        this.handler = handler;
        this.reader = new FrameReader(pool, new Sink());
    }

    /** Greets, if this side has made the connection. */
    public void start() {
        if (link.isDialing()) {
            write(link.hello(), null, 0);
        }
    }

    /** Who is at the other end, and credits. */
    public LinkState link() {
        return link;
    }

    /**
     * Takes bytes from the position of {@code bytes} on. Returns true if all were taken and more
     * are wanted. Else, unless the connection was aborted, the pool is empty: the caller keeps the
     * rest, reads no more, and calls again at the end of a turn.
     */
    public boolean onBytes(ByteBuffer bytes) {
        if (isAborted || isDown) {
            return false;
        }
        link.onBytes();
        FrameReader.Progress progress = reader.feed(bytes);
        if (progress == FrameReader.Progress.FAULT) {
            abort();
        }
        return progress == FrameReader.Progress.NEED_BYTES && !isAborted;
    }

    /**
     * Sends a frame, or lets it wait for credit. {@code header} is copied; {@code body} is retained
     * as long as needed and gives the data from {@code bodyOffsetBytes}. Dropped if the link is not
     * up.
     */
    public void send(FrameHeader header, @Nullable PageBuffer body, int bodyOffsetBytes) {
        if (!link.isUp() || isDown) {
            return;
        }
        boolean mustWait = LinkState.needsCredit(header.kind) && !waiting.isEmpty();
        if (!mustWait && link.canSend(header.kind)) {
            sendNow(header, body, bodyOffsetBytes);
            return;
        }
        Waiting slot = free.isEmpty() ? new Waiting() : free.pop();
        slot.header.copyOf(header);
        slot.body = body == null ? null : body.retain();
        slot.bodyOffsetBytes = bodyOffsetBytes;
        waiting.add(slot);
    }

    /** True if a frame of {@code kind} would leave at once. */
    public boolean canSend(FrameKind kind) {
        boolean mustWait = LinkState.needsCredit(kind) && !waiting.isEmpty();
        return !isDown && !mustWait && link.canSend(kind);
    }

    private void sendNow(FrameHeader header, @Nullable PageBuffer body, int bodyOffsetBytes) {
        outgoing.copyOf(header);
        link.onSend(outgoing);
        write(outgoing, body, bodyOffsetBytes);
    }

    private void write(FrameHeader header, @Nullable PageBuffer body, int bodyOffsetBytes) {
        int prefixBytes = writer.write(header, body, bodyOffsetBytes, prefix, 0);
        prefix.clear().limit(prefixBytes);
        wire.write(prefix);
        int dataBytes = FrameWriter.dataBytes(header);
        if (dataBytes > 0) {
            wire.write(Check.present(body, "data come from a buffer"), bodyOffsetBytes, dataBytes);
        }
    }

    private void sendWaiting() {
        while (!waiting.isEmpty() && link.canSend(waiting.peek().header.kind)) {
            Waiting slot = waiting.remove();
            sendNow(slot.header, slot.body, slot.bodyOffsetBytes);
            giveBack(slot);
        }
    }

    private void giveBack(Waiting slot) {
        if (slot.body != null) {
            slot.body.release();
            slot.body = null;
        }
        free.push(slot);
    }

    /** Requests that wait for credit. */
    public int waitingRequests() {
        return waiting.size();
    }

    /** Time passes: asks a silent peer whether it lives, and gives up one that does not. */
    public void onTick(long nowNanos) {
        if (isDown) {
            return;
        }
        FrameHeader ping = link.onTick(nowNanos);
        if (ping != null) {
            write(ping, null, 0);
        }
        if (link.isEnded()) {
            abort();
        }
    }

    /** Ends the connection at once. */
    public void abort() {
        if (!isAborted && !isDown) {
            isAborted = true;
            link.end();
            wire.abort();
        }
    }

    /** The connection is gone. */
    public void onClosed() {
        if (isDown) {
            return;
        }
        isDown = true;
        link.end();
        FrameFault fault = reader.fault();
        reader.close();
        while (!waiting.isEmpty()) {
            giveBack(waiting.remove());
        }
        handler.onDown(fault);
    }

    private final class Sink implements FrameReader.Sink {
        @Override
        public FrameFault onHeader(FrameHeader header) {
            FrameFault fault = link.onHeader(header);
            if (fault != FrameFault.NONE || LinkState.isOfLink(header.kind)) {
                return fault;
            }
            return handler.onHeader(header);
        }

        @Override
        public void onFrame(FrameHeader header, @Nullable PageBuffer body) {
            if (LinkState.isOfLink(header.kind)) {
                onLinkFrame(header);
            } else {
                handler.onFrame(header, body);
            }
            sendWaiting();
        }

        private void onLinkFrame(FrameHeader header) {
            boolean wasUp = link.isUp();
            FrameHeader reply = link.onFrame(header);
            if (reply != null) {
                write(reply, null, 0);
            }
            if (!wasUp && link.isUp()) {
                handler.onUp(FrameChannel.this);
            }
        }
    }
}
