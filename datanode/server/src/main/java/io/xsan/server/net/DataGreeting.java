package io.xsan.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The greeting of a connection in clear, on either side: then it tells the next handler who is at
 * the other end ({@link Proven}) and leaves the pipeline.
 */
final class DataGreeting {
    private static final SecureRandom NONCES = new SecureRandom();
    private static final int TLS_HANDSHAKE = 0x16;

    private DataGreeting() {}

    /** The other end has proven to be that. */
    record Proven(PeerIdentity identity) {}

    /** A ticket that was given to a peer. */
    record Given(DataTicket ticket, PeerIdentity identity) {}

    /** Greets with {@code ticket}, which the control connection to {@code identity} gave. */
    static ChannelHandler dial(DataTicket ticket, PeerIdentity identity) {
        return new Dial(ticket, identity);
    }

    /**
     * Tells by its first byte what a connection is: one in TLS gets {@code tls}, one in clear has
     * to greet with a ticket that {@code take} finds by its name and gives once.
     */
    static ChannelHandler accept(
            Supplier<ChannelHandler> tls, Function<String, Optional<Given>> take) {
        return new Accept(tls, take);
    }

    private static final class Dial extends ByteToMessageDecoder {
        private final DataTicket ticket;
        private final PeerIdentity identity;
        private final byte[] greeting;

        Dial(DataTicket ticket, PeerIdentity identity) {
            this.ticket = ticket;
            this.identity = identity;
            byte[] nonce = new byte[DataGreetingLayout.NONCE_BYTES];
            NONCES.nextBytes(nonce);
            this.greeting = ticket.greeting(nonce);
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            context.fireChannelActive();
            var _ = context.writeAndFlush(Unpooled.wrappedBuffer(greeting));
        }

        @Override
        protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
            if (in.readableBytes() < DataGreetingLayout.ACCEPT_BYTES) {
                return;
            }
            byte[] answer = new byte[DataGreetingLayout.ACCEPT_BYTES];
            in.readBytes(answer);
            if (!ticket.proves(greeting, answer)) {
                var _ = context.close();
                return;
            }
            context.fireUserEventTriggered(new Proven(identity));
            context.pipeline().remove(this);
        }
    }

    private static final class Accept extends ByteToMessageDecoder {
        private final Supplier<ChannelHandler> tls;
        private final Function<String, Optional<Given>> take;

        Accept(Supplier<ChannelHandler> tls, Function<String, Optional<Given>> take) {
            this.tls = tls;
            this.take = take;
        }

        @Override
        protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
            if (in.getByte(in.readerIndex()) == TLS_HANDSHAKE) {
                context.pipeline().addAfter(context.name(), "tls", tls.get());
                context.pipeline().remove(this);
                return;
            }
            if (in.readableBytes() < DataGreetingLayout.DIAL_BYTES) {
                return;
            }
            byte[] greeting = new byte[DataGreetingLayout.DIAL_BYTES];
            in.readBytes(greeting);
            Optional<Given> given =
                    DataTicket.nameIn(greeting)
                            .flatMap(take)
                            .filter(found -> found.ticket().proves(greeting));
            if (given.isEmpty()) {
                var _ = context.close();
                return;
            }
            byte[] answer = given.get().ticket().answer(greeting);
            var _ = context.writeAndFlush(Unpooled.wrappedBuffer(answer));
            context.fireUserEventTriggered(new Proven(given.get().identity()));
            context.pipeline().remove(this);
        }
    }
}
