package io.xsan.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.xsan.base.Check;
import io.xsan.base.InvariantViolation;
import io.xsan.base.log.Log;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.protocol.FrameFault;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameLayout;
import io.xsan.protocol.FrameReader;
import io.xsan.protocol.FrameWriter;
import io.xsan.protocol.LinkLimits;
import io.xsan.protocol.LinkState;
import io.xsan.server.traffic.TrafficCounter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * One connection that speaks frames: TLS and identity first, then {@link LinkState}, then frames
 * both ways. Requests wait for credits in order; answers need none and overtake them. All on the
 * loop; what is sent leaves at {@link #flush}.
 */
final class PeerChannel extends ChannelInboundHandlerAdapter implements FrameReader.Sink {
    /** Whose connection it is. */
    interface Owner {
        /** Where bytes are counted. */
        TrafficCounter counter();

        /** TLS stands; before the certificate is judged. */
        default void onSession(PeerChannel channel, SSLSession session) {}

        /** TLS stands and the certificate is of the cluster: the state to go on with, or null. */
        @Nullable LinkState stateFor(PeerChannel channel, Optional<PeerIdentity> identity);

        /** Greeted both ways. */
        void onUp(PeerChannel channel);

        /** May the peer send that? */
        FrameFault onHeader(PeerChannel channel, FrameHeader header);

        /** A frame that is not of the link itself. */
        void onFrame(PeerChannel channel, FrameHeader header, @Nullable PageBuffer body);

        /** A bug showed while a frame was handled: the process must end. */
        void onBug(InvariantViolation bug);

        /** Gone; called once. */
        void onDown(PeerChannel channel, String reason);
    }

    private record Queued(FrameHeader header, @Nullable PageBuffer body, int offsetBytes) {}

    /** Bytes queued for a peer that does not take them; beyond, the link is dropped. */
    private static final long QUEUED_BYTES_MAX = 256L << 20;

    private final Owner owner;
    private final Log log;
    private final boolean isTls;
    private final FrameReader reader;
    private final FrameWriter writer = new FrameWriter();
    private final ByteBuffer prefix =
            ByteBuffer.allocateDirect(FrameLayout.PREFIX_BYTES_MAX).order(ByteOrder.LITTLE_ENDIAN);
    private final FrameHeader sending = new FrameHeader();
    private final ArrayDeque<Queued> waiting = new ArrayDeque<>();
    private @Nullable LinkState state;
    private @Nullable Channel channel;
    private final ArrayDeque<ByteBuf> stalled = new ArrayDeque<>();
    private boolean isDown;
    private boolean isUp;
    private boolean isDirty;
    private long queuedBytes;
    private long acceptedNanos;

    /** {@code isTls}: begins when TLS stands, or the greeting in its place is through. */
    PeerChannel(Owner owner, BufferPool pool, Log log, boolean isTls) {
        this.owner = owner;
        this.log = log;
        this.isTls = isTls;
        this.reader = new FrameReader(pool, this);
    }

    LinkState state() {
        return Check.present(state, "the link has a state once TLS stands");
    }

    boolean isUp() {
        return isUp && !isDown;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
        if (!isTls) {
            begin(Optional.empty());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent done) {
            channel = context.channel();
            SslHandler tls = context.pipeline().get(SslHandler.class);
            if (done.isSuccess() && tls != null) {
                owner.onSession(this, tls.engine().getSession());
                begin(PeerIdentity.of(tls.engine().getSession()));
            } else {
                down("TLS handshake failed: " + done.cause());
            }
        }
        if (event instanceof DataGreeting.Proven proven) {
            channel = context.channel();
            begin(Optional.of(proven.identity()));
        }
        context.fireUserEventTriggered(event);
    }

    private void begin(Optional<PeerIdentity> identity) {
        LinkState agreed = owner.stateFor(this, identity);
        if (agreed == null) {
            down("certificate does not allow this link: " + identity);
            return;
        }
        state = agreed;
    }

    /** Sends the first frame of the side that dialed. */
    void greet() {
        if (isDown || state().isEnded()) {
            return; // The peer went away right after its handshake.
        }
        writeFrame(state().hello(), null, 0);
        flush();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (isDown || state == null) {
            bytes.release();
            return;
        }
        state().onBytes();
        owner.counter().onReceived(bytes.readableBytes());
        if (stalled.isEmpty()) {
            feed(bytes);
        } else {
            stalled.add(bytes);
        }
    }

    /** False if memory ran out: what is left of {@code bytes} waits for {@link #retry}. */
    private boolean feed(ByteBuf bytes) {
        while (bytes.isReadable() && !isDown) {
            ByteBuffer view =
                    bytes.nioBufferCount() == 1
                            ? bytes.internalNioBuffer(bytes.readerIndex(), bytes.readableBytes())
                            : bytes.nioBuffers()[0];
            int before = view.position();
            FrameReader.Progress progress = reader.feed(view);
            bytes.skipBytes(view.position() - before);
            if (progress == FrameReader.Progress.FAULT) {
                down("fault of the peer: " + reader.fault());
            } else if (progress == FrameReader.Progress.NEED_BUFFER) {
                stalled.addFirst(bytes);
                setAutoRead(false);
                return false;
            }
        }
        bytes.release();
        return true;
    }

    private void setAutoRead(boolean isOn) {
        Check.present(channel, "a connection that reads has a channel").config().setAutoRead(isOn);
    }

    /** Goes on reading where memory had run out; once a turn. */
    void retry() {
        if (stalled.isEmpty()) {
            return;
        }
        while (!stalled.isEmpty()) {
            if (!feed(stalled.remove())) {
                return;
            }
        }
        if (!isDown) {
            setAutoRead(true);
        }
    }

    @Override
    public FrameFault onHeader(FrameHeader header) {
        FrameFault found = state().onHeader(header);
        return found == FrameFault.NONE && !LinkState.isOfLink(header.kind)
                ? owner.onHeader(this, header)
                : found;
    }

    @Override
    public void onFrame(FrameHeader header, @Nullable PageBuffer body) {
        if (!LinkState.isOfLink(header.kind)) {
            owner.onFrame(this, header, body);
            drain();
            return;
        }
        FrameHeader answer = state().onFrame(header);
        if (answer != null) {
            writeFrame(answer, null, 0);
            flush();
        }
        if (!isUp && state().isUp()) {
            isUp = true;
            owner.onUp(this);
        }
        drain();
    }

    /** Queues a frame of the engine, a component or an agent's session; see {@link LinkState}. */
    void send(FrameHeader header, @Nullable PageBuffer body, int offsetBytes) {
        if (!isUp()) {
            return;
        }
        boolean mustWait = LinkState.needsCredit(header.kind) && !waiting.isEmpty();
        if (mustWait || !state().canSend(header.kind)) {
            waiting.add(
                    new Queued(
                            new FrameHeader().copyOf(header),
                            body == null ? null : body.retain(),
                            offsetBytes));
            return;
        }
        sendNow(header, body, offsetBytes);
    }

    private void drain() {
        while (!waiting.isEmpty() && isUp() && state().canSend(waiting.peek().header.kind)) {
            Queued next = waiting.remove();
            sendNow(next.header, next.body, next.offsetBytes);
            if (next.body != null) {
                next.body.release();
            }
        }
    }

    private void sendNow(FrameHeader header, @Nullable PageBuffer body, int offsetBytes) {
        sending.copyOf(header);
        state().onSend(sending);
        writeFrame(sending, body, offsetBytes);
    }

    private void writeFrame(FrameHeader header, @Nullable PageBuffer body, int offsetBytes) {
        Channel out = channel;
        if (out == null || isDown) {
            return;
        }
        int bytes = writer.write(header, body, offsetBytes, prefix, 0);
        ByteBuf head = out.alloc().directBuffer(bytes);
        head.writeBytes(prefix.duplicate().limit(bytes).position(0));
        var _ = out.write(head, out.voidPromise());
        isDirty = true;
        int dataBytes = FrameWriter.dataBytes(header);
        owner.counter().onSent(bytes + (body == null ? 0 : dataBytes));
        if (body != null && dataBytes > 0) {
            writeData(out, body.retain(), offsetBytes, dataBytes);
        }
    }

    private void writeData(Channel out, PageBuffer body, int offsetBytes, int dataBytes) {
        ByteBuffer view =
                body.bytes().duplicate().limit(offsetBytes + dataBytes).position(offsetBytes);
        queuedBytes += dataBytes;
        out.write(Unpooled.wrappedBuffer(view.slice()))
                .addListener(done -> {
                    queuedBytes -= dataBytes;
                    body.release();
                });
        if (queuedBytes > QUEUED_BYTES_MAX) {
            down("the peer takes nothing: " + queuedBytes + " bytes wait for it");
        }
    }

    /** Sends what was written in this turn. */
    void flush() {
        if (isDirty && channel != null) {
            isDirty = false;
            channel.flush();
        }
    }

    /** Pings and limits of time. */
    void onTick(long nowNanos) {
        if (isDown) {
            return;
        }
        if (state == null) {
            acceptedNanos = acceptedNanos == 0 ? nowNanos : acceptedNanos;
            if (nowNanos - acceptedNanos >= LinkLimits.DEFAULT.handshakeNanos()) {
                down("no identity in time");
            }
            return;
        }
        FrameHeader ping = state.onTick(nowNanos);
        if (ping != null) {
            writeFrame(ping, null, 0);
            flush();
        } else if (state.isEnded()) {
            down("no sign of life");
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        down("closed by the peer");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof InvariantViolation bug) {
            owner.onBug(bug);
        }
        log.debug("link-error", "reason", cause);
        down("error: " + cause.getMessage());
    }

    /** Ends the connection at once. */
    void down(String reason) {
        if (isDown) {
            return;
        }
        isDown = true;
        if (state != null) {
            state.end();
        }
        reader.close();
        while (!stalled.isEmpty()) {
            stalled.remove().release();
        }
        while (!waiting.isEmpty()) {
            PageBuffer body = waiting.remove().body;
            if (body != null) {
                body.release();
            }
        }
        if (channel != null) {
            var _ = channel.close();
        }
        owner.onDown(this, reason);
    }

    /** True if nothing may be sent or received any more. */
    boolean isDown() {
        return isDown;
    }
}
