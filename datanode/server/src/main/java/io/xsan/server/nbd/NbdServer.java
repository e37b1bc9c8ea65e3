package io.xsan.server.nbd;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.xsan.base.Check;
import io.xsan.base.ClusterId;
import io.xsan.base.InvariantViolation;
import io.xsan.base.log.Log;
import io.xsan.base.memory.BufferPool;
import io.xsan.frontend.nbd.NbdConfig;
import io.xsan.frontend.nbd.NbdConnection;
import io.xsan.frontend.nbd.NbdExports;
import io.xsan.server.net.LinkTls;
import io.xsan.server.net.NetworkConfig;
import io.xsan.server.net.PeerIdentity;
import io.xsan.server.shard.ShardLoop;
import io.xsan.server.traffic.Traffic;
import io.xsan.server.traffic.TrafficCounter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Listens for NBD clients and ends their turns. */
public final class NbdServer {
    static final WriteBufferWaterMark WATER_MARKS = new WriteBufferWaterMark(1 << 20, 4 << 20);

    private final ClusterId cluster;
    private final ShardLoop loop;
    private final BufferPool pool;
    private final NbdExports exports;
    private final int connectionsMax;
    private final @Nullable LinkTls tls;
    private final Log log;
    private final NbdChannel.Home home = new Clients();
    private final Set<NbdChannel> channels = new LinkedHashSet<>();
    private final TrafficCounter traffic = new TrafficCounter();
    private final List<Channel> listeners = new ArrayList<>();

    /**
     * A server of {@code exports} without listeners. Without TLS it serves this host only; with it,
     * whoever has a certificate of a node or an admin of {@code cluster}.
     */
    public NbdServer(
            ClusterId cluster,
            ShardLoop loop,
            BufferPool pool,
            NbdExports exports,
            NetworkConfig network) {
        this.cluster = cluster;
        this.loop = loop;
        this.pool = pool;
        this.exports = exports;
        this.connectionsMax = network.connectionsMax();
        this.tls = network.tls();
        this.log = network.log();
    }

    /** Bytes of NBD clients. On the loop. */
    public Traffic traffic() {
        return traffic.snapshot(channels.size());
    }

    /** Accepts clients on a unix socket that only this user can open. Not on the loop. */
    public void listen(Path socket) throws IOException, InterruptedException {
        Files.deleteIfExists(socket);
        ServerBootstrap bootstrap = bootstrap(offered());
        Channel bound =
                ShardLoop.isEpoll()
                        ? bootstrap
                                .channel(EpollServerDomainSocketChannel.class)
                                .bind(new DomainSocketAddress(socket.toFile()))
                                .sync()
                                .channel()
                        : bootstrap
                                .channel(NioServerDomainSocketChannel.class)
                                .bind(UnixDomainSocketAddress.of(socket))
                                .sync()
                                .channel();
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        listeners.add(bound);
    }

    /**
     * Accepts clients on a TCP port and returns where. On loopback they may use TLS, elsewhere they
     * must. Not on the loop.
     */
    public InetSocketAddress listen(InetSocketAddress address) throws InterruptedException {
        boolean isLocal = address.getAddress().isLoopbackAddress();
        if (!isLocal && tls == null) {
            throw new IllegalArgumentException("NBD without TLS listens on loopback only");
        }
        Channel bound =
                bootstrap(isLocal ? offered() : NbdConfig.Tls.REQUIRED)
                        .channel(
                                ShardLoop.isEpoll()
                                        ? EpollServerSocketChannel.class
                                        : NioServerSocketChannel.class)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .bind(address)
                        .sync()
                        .channel();
        listeners.add(bound);
        return (InetSocketAddress) bound.localAddress();
    }

    private NbdConfig.Tls offered() {
        return tls == null ? NbdConfig.Tls.OFF : NbdConfig.Tls.OFFERED;
    }

    private ServerBootstrap bootstrap(NbdConfig.Tls policy) {
        NbdConfig config = NbdConfig.of(policy);
        return new ServerBootstrap()
                .group(loop.group())
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARKS)
                .childHandler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                accept(channel, config);
                            }
                        });
    }

    private void accept(Channel channel, NbdConfig config) {
        if (channels.size() >= connectionsMax) {
            log.warn("nbd-refused", "from", channel.remoteAddress(), "max", connectionsMax);
            var _ = channel.close();
            return;
        }
        channel.pipeline()
                .addLast(
                        new NbdChannel(
                                home, sink -> new NbdConnection(config, exports, sink, pool)));
    }

    /** Goes on with what waited, before the disk. */
    public void onTurnEnd(long nowNanos) {
        for (NbdChannel channel : List.copyOf(channels)) {
            channel.onTurnEnd(nowNanos);
        }
    }

    /** Sends the replies of the turn. */
    public void flush() {
        for (NbdChannel channel : List.copyOf(channels)) {
            channel.flush();
        }
    }

    /** Ends listeners and connections. On the loop. */
    public void close() {
        for (Channel listener : listeners) {
            var _ = listener.close();
        }
        List.copyOf(channels).forEach(NbdChannel::abort);
    }

    /** What the channels of clients call. */
    private final class Clients implements NbdChannel.Home {
        @Override
        public ShardLoop loop() {
            return loop;
        }

        @Override
        public TrafficCounter counter() {
            return traffic;
        }

        @Override
        public void onActive(NbdChannel channel) {
            channels.add(channel);
        }

        @Override
        public void onInactive(NbdChannel channel) {
            channels.remove(channel);
        }

        @Override
        public void onError(NbdChannel channel, Throwable cause) {
            if (cause instanceof InvariantViolation bug) {
                loop.die(bug);
            }
            log.debug("nbd-error", "reason", cause);
            channel.abort();
        }

        @Override
        public void startTls(Channel channel) {
            LinkTls sides = Check.present(tls, "TLS was offered");
            channel.pipeline()
                    .addFirst(new RoleCheck())
                    .addFirst(sides.server().newHandler(channel.alloc()));
        }
    }

    /** Ends a connection whose certificate is not one of those that may use exports. */
    private final class RoleCheck extends ChannelInboundHandlerAdapter {
        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SslHandshakeCompletionEvent done && done.isSuccess()) {
                SslHandler handler = context.pipeline().get(SslHandler.class);
                Optional<PeerIdentity> identity = PeerIdentity.of(handler.engine().getSession());
                if (identity.filter(this::mayUse).isEmpty()) {
                    String shown = identity.map(PeerIdentity::uri).orElse("-");
                    log.warn("nbd-refused", "certificate", shown);
                    var _ = context.close();
                    return;
                }
            }
            context.fireUserEventTriggered(event);
        }

        private boolean mayUse(PeerIdentity identity) {
            return identity.cluster().equals(cluster.toString())
                    && (identity.role().equals("admin") || identity.role().equals("node"));
        }
    }
}
