package io.xsan.server.nbd;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.xsan.base.Check;
import io.xsan.base.memory.PageBuffer;
import io.xsan.frontend.nbd.NbdConnection;
import io.xsan.frontend.nbd.NbdSink;
import io.xsan.server.shard.ShardLoop;
import io.xsan.server.traffic.TrafficCounter;
import java.nio.ByteBuffer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One NBD client's socket. On the loop; replies leave at the end of the turn. */
final class NbdChannel extends ChannelInboundHandlerAdapter implements NbdSink {
    /** Whose channel it is. */
    interface Home {
        ShardLoop loop();

        /** Counts the bytes of all channels of this home. */
        TrafficCounter counter();

        void onActive(NbdChannel channel);

        void onInactive(NbdChannel channel);

        void onError(NbdChannel channel, Throwable cause);

        /** Puts TLS before what follows on the connection. */
        void startTls(Channel channel);
    }

    private final Home home;
    private final NbdConnection connection;
    private @Nullable Channel channel;
    private @Nullable ByteBuf left;
    private boolean isDirty;
    private boolean isResumed;
    private boolean isHeld;

    /** A channel of {@code home} for the connection that is made with it as its sink. */
    NbdChannel(Home home, Function<NbdSink, NbdConnection> connection) {
        this.home = home;
        this.connection = connection.apply(this);
    }

    private Channel channel() {
        return Check.present(channel, "an active connection has a channel");
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
        home.onActive(this);
        connection.start();
        home.loop().touch();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        home.counter().onReceived(bytes.readableBytes());
        home.loop().touch();
        left = left == null ? bytes : Unpooled.wrappedBuffer(left, bytes);
        if (channel().config().isAutoRead() && !isHeld) {
            take();
        }
    }

    private void take() {
        ByteBuf bytes = left;
        while (bytes != null && bytes.isReadable()) {
            ByteBuffer view =
                    bytes.nioBufferCount() == 1
                            ? bytes.internalNioBuffer(bytes.readerIndex(), bytes.readableBytes())
                            : bytes.nioBuffers()[0];
            int before = view.position();
            boolean wantsMore = connection.onBytes(view);
            bytes.skipBytes(view.position() - before);
            if (!wantsMore) {
                channel().config().setAutoRead(false);
                return;
            }
        }
        if (bytes != null) {
            left = null;
            bytes.release();
        }
    }

    void onTurnEnd(long nowNanos) {
        connection.onTurnEnd(nowNanos);
        if (isResumed && !isHeld) {
            isResumed = false;
            channel().config().setAutoRead(true);
            take();
        }
    }

    /** Takes nothing more of what arrives, or goes on with it; what was taken is answered. */
    void setPaused(boolean paused) {
        isHeld = paused;
        if (paused) {
            channel().config().setAutoRead(false);
        } else {
            resumeReading();
        }
    }

    /** Requests taken and not answered. */
    int requestsInFlight() {
        return connection.requestsInFlight();
    }

    void flush() {
        if (isDirty) {
            isDirty = false;
            channel().flush();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        connection.onWritable(context.channel().isWritable());
        home.loop().touch();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        home.onInactive(this);
        if (left != null) {
            left.release();
            left = null;
        }
        connection.onClosed();
        home.loop().touch();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        home.onError(this, cause);
    }

    @Override
    public void write(ByteBuffer bytes) {
        home.counter().onSent(bytes.remaining());
        ByteBuf copy = channel().alloc().directBuffer(bytes.remaining());
        copy.writeBytes(bytes.duplicate());
        var _ = channel().write(copy, channel().voidPromise());
        isDirty = true;
    }

    @Override
    public void write(PageBuffer buffer, int offsetBytes, int lengthBytes) {
        ByteBuffer view =
                buffer.bytes().duplicate().limit(offsetBytes + lengthBytes).position(offsetBytes);
        PageBuffer held = buffer.retain();
        home.counter().onSent(lengthBytes);
        channel().write(Unpooled.wrappedBuffer(view.slice())).addListener(done -> held.release());
        isDirty = true;
    }

    @Override
    public void resumeReading() {
        isResumed = true;
        home.loop().touch();
    }

    @Override
    public void startTls() {
        channel().flush();
        home.startTls(channel());
    }

    @Override
    public void close() {
        channel().flush();
        var _ = channel().close();
    }

    @Override
    public void abort() {
        var _ = channel().close();
    }
}
