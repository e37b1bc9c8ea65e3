package io.xsan.server.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.InvariantViolation;
import io.xsan.base.log.Log;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.frontend.agent.AgentVolume;
import io.xsan.frontend.agent.OwnerLink;
import io.xsan.protocol.FrameFault;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameKind;
import io.xsan.protocol.LinkLimits;
import io.xsan.protocol.LinkState;
import io.xsan.server.shard.ShardLoop;
import io.xsan.server.traffic.TrafficCounter;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An agent's connection to the owner of one volume, on TLS; made again to whoever owns the volume
 * then. All on the loop.
 */
public final class OwnerConnection implements OwnerLink, PeerChannel.Owner {
    private static final int CONNECT_MILLIS = 2_000;
    private static final int TLS_MILLIS = 5_000;

    /** Where a volume's owner listens for agents. */
    public record Place(int node, InetSocketAddress address) {}

    /** Finds out who owns the volume; answers by a later call on the loop, empty if nobody says. */
    @FunctionalInterface
    public interface Finder {
        /** {@code previous}: why the last connection ended, OK at first. */
        void find(ErrorCode previous, Consumer<Optional<Place>> answer);
    }

    /** What a connection stands on. {@code sessionIds} gives a new, greater id with each call. */
    public record Ground(
            LinkState.Self self,
            ShardLoop loop,
            BufferPool pool,
            SslContext tls,
            LongSupplier sessionIds,
            Log log) {}

    private final Ground ground;
    private final Finder finder;
    private final TrafficCounter traffic = new TrafficCounter();
    private @Nullable AgentVolume volume;
    private @Nullable PeerChannel current;
    private int dialedNode;
    private long attempts;

    /** A connection that is made when its volume asks for it. */
    public OwnerConnection(Ground ground, Finder finder) {
        this.ground = ground;
        this.finder = finder;
    }

    /** Says whose connection it is; before the first turn. */
    public void setVolume(AgentVolume volume) {
        this.volume = volume;
    }

    private AgentVolume volume() {
        return Check.present(volume, "a connection has a volume");
    }

    @Override
    public TrafficCounter counter() {
        return traffic;
    }

    @Override
    public void connect(ErrorCode previous) {
        long attempt = ++attempts;
        finder.find(
                previous,
                place -> {
                    if (attempt != attempts) {
                        return;
                    }
                    place.ifPresentOrElse(
                            this::dial, () -> volume().onDisconnected(ErrorCode.NODE_UNREACHABLE));
                });
    }

    private void dial(Place place) {
        PeerChannel channel = new PeerChannel(this, ground.pool(), ground.log(), true);
        current = channel;
        dialedNode = place.node();
        new Bootstrap()
                .group(ground.loop().group())
                .channel(ShardLoop.isEpoll() ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .handler(
                        new ChannelInitializer<SocketChannel>() {
                            @Override
                            protected void initChannel(SocketChannel socket) {
                                SslHandler tls = ground.tls().newHandler(socket.alloc());
                                tls.setHandshakeTimeoutMillis(TLS_MILLIS);
                                socket.pipeline().addLast(tls).addLast(channel);
                            }
                        })
                .connect(place.address())
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        channel.down("cannot connect");
                    }
                });
    }

    @Override
    public void disconnect() {
        attempts++;
        PeerChannel channel = current;
        current = null;
        if (channel != null) {
            channel.flush();
            channel.down("given up by the agent");
        }
    }

    @Override
    public boolean canSend(FrameKind kind) {
        return current != null && current.isUp() && current.state().canSend(kind);
    }

    @Override
    public void send(FrameHeader header, @Nullable PageBuffer body, int bodyOffsetBytes) {
        Check.present(current, "the link stands").send(header, body, bodyOffsetBytes);
        ground.loop().touch();
    }

    @Override
    public long newSessionId() {
        return ground.sessionIds().getAsLong();
    }

    /** Sends what was written in this turn, and goes on reading where memory had run out. */
    public void onTurnEnd() {
        if (current != null) {
            current.retry();
        }
        if (current != null) {
            current.flush();
        }
    }

    /** Pings, and limits of time. */
    public void onTick(long nowNanos) {
        if (current != null) {
            current.onTick(nowNanos);
        }
    }

    @Override
    public @Nullable LinkState stateFor(PeerChannel channel, Optional<PeerIdentity> identity) {
        String cluster = ground.self().cluster().toString();
        boolean isRight =
                identity.isPresent()
                        && identity.get().cluster().equals(cluster)
                        && identity.get().role().equals("node")
                        && identity.get().number() == dialedNode;
        if (channel != current || !isRight) {
            return null;
        }
        ground.loop()
                .post(() -> {
                    if (channel == current) {
                        channel.greet();
                    }
                });
        return LinkState.dialing(ground.self(), LinkLimits.DEFAULT, dialedNode);
    }

    @Override
    public void onUp(PeerChannel channel) {
        if (channel == current) {
            volume().onConnected();
            ground.loop().touch();
        }
    }

    @Override
    public FrameFault onHeader(PeerChannel channel, FrameHeader header) {
        return channel == current ? FrameFault.NONE : FrameFault.WRONG_STATE;
    }

    @Override
    public void onFrame(PeerChannel channel, FrameHeader header, @Nullable PageBuffer body) {
        if (channel == current) {
            volume().onFrame(header, body);
            ground.loop().touch();
        }
    }

    @Override
    public void onBug(InvariantViolation bug) {
        ground.loop().die(bug);
    }

    @Override
    public void onDown(PeerChannel channel, String reason) {
        ground.log().debug("owner-link-down", "node", dialedNode, "reason", reason);
        if (channel == current) {
            current = null;
            volume().onDisconnected(ErrorCode.NODE_UNREACHABLE);
            ground.loop().touch();
        }
    }
}
