package io.xsan.server.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** A connection made for its TLS handshake alone, by who dials. On the loop. */
final class ControlChannel extends ChannelInboundHandlerAdapter {
    /** Takes what the handshake gave. */
    @FunctionalInterface
    interface Listener {
        /** {@code ticket} is empty where TLS cannot export one. */
        void onProven(Optional<DataTicket> ticket, PeerIdentity identity);
    }

    private final Listener listener;
    private @Nullable Channel channel;
    private Runnable end = () -> {};
    private boolean isClosed;

    ControlChannel(Listener listener) {
        this.listener = listener;
    }

    /** Says what follows the end of the connection. */
    void onEnd(Runnable action) {
        end = action;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
        if (isClosed) {
            var _ = context.close();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (!(event instanceof SslHandshakeCompletionEvent done)) {
            return;
        }
        SslHandler tls = context.pipeline().get(SslHandler.class);
        if (!done.isSuccess() || tls == null) {
            var _ = context.close();
            return;
        }
        SSLSession session = tls.engine().getSession();
        PeerIdentity.of(session)
                .ifPresentOrElse(
                        identity -> listener.onProven(DataTicket.of(session), identity),
                        () -> {
                            var _ = context.close();
                        });
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end.run();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var _ = context.close();
    }

    void close() {
        isClosed = true;
        if (channel != null) {
            var _ = channel.close();
        }
    }
}
