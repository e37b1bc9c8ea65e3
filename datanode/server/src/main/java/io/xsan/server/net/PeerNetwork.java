package io.xsan.server.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.xsan.base.Check;
import io.xsan.base.InvariantViolation;
import io.xsan.base.Pages;
import io.xsan.base.log.Log;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.protocol.FrameFault;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameWriter;
import io.xsan.protocol.LinkLimits;
import io.xsan.protocol.LinkState;
import io.xsan.protocol.Network;
import io.xsan.server.shard.ShardLoop;
import io.xsan.server.traffic.Traffic;
import io.xsan.server.traffic.TrafficCounter;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The network of a shard: one link to each other datanode, made again when it breaks; connections
 * of agents on the same port; delivery to the node itself in the same turn.
 */
public final class PeerNetwork implements Network, PeerChannel.Owner {
    private static final long REDIAL_NANOS = 200_000_000L;
    private static final int LOCAL_ROUNDS_MAX = 64;

    /** What is done with frames of agents: one per connection. */
    public interface AgentSide {
        /** May the agent send that now? */
        FrameFault onHeader(FrameHeader header);

        /** A whole frame of the agent. */
        void onFrame(FrameHeader header, @Nullable PageBuffer body);

        /** Once a turn. */
        void onTurnEnd();

        /** The connection is gone. */
        void onClosed();
    }

    /** The way back to an agent. */
    public interface AgentOut {
        /** As {@link Network#send}. */
        void send(FrameHeader header, @Nullable PageBuffer body, int offsetBytes);

        /** Closes the connection. */
        void close();
    }

    private record Local(FrameHeader header, @Nullable PageBuffer body, int offsetBytes) {}

    private final LinkState.Self self;
    private final ShardLoop loop;
    private final BufferPool pool;
    private final @Nullable LinkTls tls;
    private final int connectionsMax;
    private final Log log;
    private final Function<AgentOut, AgentSide> agents;
    private final Map<Integer, InetSocketAddress> addresses = new TreeMap<>();
    private final Map<Integer, PeerChannel> links = new TreeMap<>();
    private final Map<Integer, Long> redialNanos = new TreeMap<>();
    private final Map<PeerChannel, Integer> dialing = new LinkedHashMap<>();
    private final Map<PeerChannel, AgentSide> agentSides = new LinkedHashMap<>();
    private final Set<PeerChannel> all = new LinkedHashSet<>();
    private final Map<Integer, ControlChannel> controls = new TreeMap<>();
    private final Map<String, DataGreeting.Given> tickets = new TreeMap<>();
    private final Map<PeerChannel, String> ticketNames = new LinkedHashMap<>();
    private final ArrayDeque<Local> local = new ArrayDeque<>();
    private @Nullable Receiver receiver;
    private @Nullable Channel listener;
    private final TrafficCounter traffic = new TrafficCounter();
    private boolean isClosed;

    /**
     * A network of {@code self}; {@code tls} null is for tests on loopback only. {@code agents}
     * makes what serves a connection of an agent.
     */
    public PeerNetwork(
            LinkState.Self self,
            ShardLoop loop,
            BufferPool pool,
            NetworkConfig config,
            Function<AgentOut, AgentSide> agents) {
        this.self = self;
        this.loop = loop;
        this.pool = pool;
        this.tls = config.tls();
        this.connectionsMax = config.connectionsMax();
        this.log = config.log();
        this.agents = agents;
    }

    /** Says who gets frames; before {@link #listen}. */
    public void setReceiver(Receiver receiver) {
        this.receiver = receiver;
    }

    private Receiver receiver() {
        return Check.present(receiver, "the network has a receiver");
    }

    /** Accepts connections; returns when the port is bound. Any thread but the loop's. */
    public void listen(InetSocketAddress address) throws InterruptedException {
        ServerBootstrap bootstrap =
                new ServerBootstrap()
                        .group(loop.group())
                        .channel(
                                ShardLoop.isEpoll()
                                        ? EpollServerSocketChannel.class
                                        : NioServerSocketChannel.class)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childHandler(
                                new ChannelInitializer<SocketChannel>() {
                                    @Override
                                    protected void initChannel(SocketChannel channel) {
                                        accept(channel);
                                    }
                                });
        listener = bootstrap.bind(address).sync().channel();
    }

    private void accept(SocketChannel socket) {
        if (all.size() >= connectionsMax) {
            log.warn("connection-refused", "from", socket.remoteAddress(), "max", connectionsMax);
            var _ = socket.close();
            return;
        }
        PeerChannel channel = new PeerChannel(this, pool, log, tls != null);
        all.add(channel);
        if (tls != null && tls.isAuthOnly()) {
            socket.pipeline()
                    .addLast(
                            DataGreeting.accept(
                                    () -> tls.server().newHandler(socket.alloc()),
                                    name -> Optional.ofNullable(tickets.remove(name))));
        } else if (tls != null) {
            socket.pipeline().addLast(tls.server().newHandler(socket.alloc()));
        }
        socket.pipeline().addLast(channel);
    }

    /** A datanode that dialed may make one connection in clear by what its handshake gave. */
    @Override
    public void onSession(PeerChannel channel, SSLSession session) {
        if (tls == null || !tls.isAuthOnly() || dialing.containsKey(channel)) {
            return;
        }
        PeerIdentity.of(session)
                .filter(i -> i.role().equals("node") && isOfCluster(i))
                .ifPresent(identity ->
                        DataTicket.of(session)
                                .ifPresent(ticket -> give(channel, ticket, identity)));
    }

    private void give(PeerChannel channel, DataTicket ticket, PeerIdentity identity) {
        tickets.put(ticket.name(), new DataGreeting.Given(ticket, identity));
        ticketNames.put(channel, ticket.name());
    }

    private boolean isOfCluster(PeerIdentity identity) {
        return identity.cluster().equals(self.cluster().toString());
    }

    /** Where the other datanodes are; links follow. On the loop. */
    public void setPeers(Map<Integer, InetSocketAddress> peers) {
        addresses.clear();
        addresses.putAll(peers);
        addresses.remove(self.node());
    }

    /** Dials who is missing, pings who is silent. */
    public void onTick(long nowNanos) {
        for (PeerChannel channel : List.copyOf(all)) {
            channel.onTick(nowNanos);
        }
        if (isClosed) {
            return;
        }
        addresses.forEach((node, address) -> {
            boolean isDue = nowNanos - redialNanos.getOrDefault(node, nowNanos) >= 0;
            boolean isMine = self.node() < node;
            boolean isDialing = dialing.containsValue(node) || controls.containsKey(node);
            if (isMine && isDue && !links.containsKey(node) && !isDialing) {
                redialNanos.put(node, nowNanos + REDIAL_NANOS);
                dial(node, address);
            }
        });
    }

    private void dial(int node, InetSocketAddress address) {
        if (tls == null) {
            dial(node, address, _ -> {});
        } else if (tls.isAuthOnly()) {
            dialControl(node, address);
        } else {
            dial(node, address, s -> s.pipeline().addLast(tls.client().newHandler(s.alloc())));
        }
    }

    /** Proves who both sides are in TLS; the connection in clear follows, then this one ends. */
    private void dialControl(int node, InetSocketAddress address) {
        LinkTls sides = Check.present(tls, "authenticated by TLS");
        ControlChannel control =
                new ControlChannel((ticket, identity) -> {
                    if (ticket.isPresent() && isOfCluster(identity) && isNode(identity, node)) {
                        dial(
                                node,
                                address,
                                s ->
                                        s.pipeline()
                                                .addLast(
                                                        DataGreeting.dial(ticket.get(), identity)));
                    } else {
                        endControl(node);
                    }
                });
        controls.put(node, control);
        connect(
                        address,
                        socket ->
                                socket.pipeline()
                                        .addLast(sides.client().newHandler(socket.alloc()))
                                        .addLast(control))
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        endControl(node);
                    }
                });
        control.onEnd(() -> controls.remove(node, control));
    }

    private void endControl(int node) {
        ControlChannel control = controls.remove(node);
        if (control != null) {
            control.close();
        }
    }

    private void dial(int node, InetSocketAddress address, Consumer<SocketChannel> before) {
        PeerChannel channel = new PeerChannel(this, pool, log, tls != null);
        dialing.put(channel, node);
        all.add(channel);
        connect(
                        address,
                        socket -> {
                            before.accept(socket);
                            socket.pipeline().addLast(channel);
                        })
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        channel.down("cannot connect");
                    }
                });
    }

    private ChannelFuture connect(InetSocketAddress address, Consumer<SocketChannel> pipeline) {
        return new Bootstrap()
                .group(loop.group())
                .channel(ShardLoop.isEpoll() ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 2_000)
                .handler(
                        new ChannelInitializer<SocketChannel>() {
                            @Override
                            protected void initChannel(SocketChannel socket) {
                                pipeline.accept(socket);
                            }
                        })
                .connect(address);
    }

    @Override
    public @Nullable LinkState stateFor(PeerChannel channel, Optional<PeerIdentity> identity) {
        Integer dialed = dialing.get(channel);
        boolean isOfCluster = identity.map(this::isOfCluster).orElse(tls == null);
        if (!isOfCluster) {
            return null;
        }
        if (dialed != null) {
            if (identity.isPresent() && !isNode(identity.get(), dialed)) {
                return null;
            }
            LinkState state = LinkState.dialing(self, LinkLimits.DEFAULT, dialed);
            loop.loop().execute(() -> loop.guard(channel::greet));
            return state;
        }
        return identity.map(this::accepting)
                .orElseGet(() -> LinkState.accepting(self, LinkLimits.DEFAULT, LinkState.ANY_NODE));
    }

    private @Nullable LinkState accepting(PeerIdentity identity) {
        return switch (identity.role()) {
            case "node" -> LinkState.accepting(self, LinkLimits.DEFAULT, identity.number());
            case "agent" -> LinkState.accepting(self, LinkLimits.DEFAULT, 0);
            default -> null;
        };
    }

    private static boolean isNode(PeerIdentity identity, int node) {
        return identity.role().equals("node") && identity.number() == node;
    }

    @Override
    public void onUp(PeerChannel channel) {
        Integer dialed = dialing.remove(channel);
        if (dialed != null) {
            endControl(dialed);
        }
        if (channel.state().isPeerAgent()) {
            agentSides.put(channel, agents.apply(new Out(channel)));
            return;
        }
        int node = channel.state().peerNode();
        PeerChannel older = links.put(node, channel);
        if (older != null) {
            older.down("replaced by a newer connection");
            receiver().onLinkDown(node);
        }
        log.info("link-up", "node", node, "incarnation", channel.state().peerIncarnation());
        receiver().onLinkUp(node, channel.state().peerIncarnation());
        loop.touch();
    }

    @Override
    public FrameFault onHeader(PeerChannel channel, FrameHeader header) {
        AgentSide agent = agentSides.get(channel);
        return agent == null ? FrameFault.NONE : agent.onHeader(header);
    }

    @Override
    public void onFrame(PeerChannel channel, FrameHeader header, @Nullable PageBuffer body) {
        AgentSide agent = agentSides.get(channel);
        if (agent != null) {
            agent.onFrame(header, body);
        } else if (links.get(channel.state().peerNode()) == channel) {
            receiver().onFrame(channel.state().peerNode(), header, body);
        }
        loop.touch();
    }

    @Override
    public void onBug(InvariantViolation bug) {
        loop.die(bug);
    }

    @Override
    public void onDown(PeerChannel channel, String reason) {
        all.remove(channel);
        String ticket = ticketNames.remove(channel);
        if (ticket != null) {
            tickets.remove(ticket);
        }
        Integer dialed = dialing.remove(channel);
        AgentSide agent = agentSides.remove(channel);
        if (agent != null) {
            log.info("agent-link-down", "reason", reason);
            agent.onClosed();
            return;
        }
        if (dialed != null) {
            endControl(dialed);
            log.debug("link-not-made", "node", dialed, "reason", reason);
            return;
        }
        for (Map.Entry<Integer, PeerChannel> link : links.entrySet()) {
            if (link.getValue() == channel) {
                int node = link.getKey();
                links.remove(node);
                log.warn("link-down", "node", node, "reason", reason);
                receiver().onLinkDown(node);
                loop.touch();
                return;
            }
        }
        log.debug("connection-ended", "reason", reason);
    }

    @Override
    public void send(int node, FrameHeader header, @Nullable PageBuffer body, int offsetBytes) {
        if (node == self.node()) {
            sendLocal(header, body, offsetBytes);
            return;
        }
        PeerChannel link = links.get(node);
        if (link != null) {
            link.send(header, body, offsetBytes);
            loop.touch();
        }
    }

    private void sendLocal(FrameHeader header, @Nullable PageBuffer body, int offsetBytes) {
        FrameHeader copy = new FrameHeader().copyOf(header);
        copy.clusterHigh = self.cluster().high();
        copy.clusterLow = self.cluster().low();
        copy.sourceNode = self.node();
        PageBuffer data = FrameWriter.dataBytes(copy) > 0 ? body : null;
        local.add(new Local(copy, data == null ? null : data.retain(), offsetBytes));
        loop.touch();
    }

    /** The body at byte 0, as the receiver expects it; null while memory is short. */
    private @Nullable PageBuffer atZero(PageBuffer body, Local frame) {
        if (frame.offsetBytes == 0) {
            return body.retain();
        }
        int bytes = FrameWriter.dataBytes(frame.header);
        PageBuffer copy = pool.take(bytes);
        if (copy != null) {
            MemorySegment.copy(body.segment(), frame.offsetBytes, copy.segment(), 0, bytes);
            int firstPage = frame.offsetBytes / Pages.PAGE_BYTES;
            for (int page = 0; page * Pages.PAGE_BYTES < bytes; page++) {
                copy.setPageCrc(page, body.pageCrc(firstPage + page));
            }
        }
        return copy;
    }

    @Override
    public boolean isUp(int node) {
        return node == self.node() || links.containsKey(node);
    }

    /** Bytes of datanodes and agents. On the loop. */
    public Traffic traffic() {
        return traffic.snapshot(all.size());
    }

    @Override
    public TrafficCounter counter() {
        return traffic;
    }

    /** The other datanodes that there is a link to. On the loop. */
    public Set<Integer> peersUp() {
        return new LinkedHashSet<>(links.keySet());
    }

    /** Delivers what this node sent to itself; part of a turn's end, before and after the disk. */
    public void deliverLocal() {
        for (int round = 0; round < LOCAL_ROUNDS_MAX && !local.isEmpty(); round++) {
            for (int left = local.size(); left > 0; left--) {
                if (!deliver(local.element())) {
                    loop.touch();
                    return;
                }
            }
        }
        if (!local.isEmpty()) {
            loop.touch();
        }
    }

    private boolean deliver(Local frame) {
        PageBuffer body = frame.body == null ? null : atZero(frame.body, frame);
        if (frame.body != null && body == null) {
            return false;
        }
        local.remove();
        receiver().onFrame(self.node(), frame.header, body);
        if (frame.body != null && body != null) {
            body.release();
            frame.body.release();
        }
        return true;
    }

    /** Sends what was queued for peers and agents. */
    public void flush() {
        for (PeerChannel channel : List.copyOf(all)) {
            channel.retry();
        }
        for (AgentSide agent : new ArrayList<>(agentSides.values())) {
            agent.onTurnEnd();
        }
        for (PeerChannel channel : List.copyOf(all)) {
            channel.flush();
        }
    }

    /** Ends all connections. On the loop. */
    public void close() {
        isClosed = true;
        if (listener != null) {
            var _ = listener.close();
        }
        List.copyOf(controls.keySet()).forEach(this::endControl);
        for (PeerChannel channel : List.copyOf(all)) {
            channel.down("this node stops");
        }
    }

    private record Out(PeerChannel channel) implements AgentOut {
        @Override
        public void send(FrameHeader header, @Nullable PageBuffer body, int offsetBytes) {
            channel.send(header, body, offsetBytes);
        }

        @Override
        public void close() {
            channel.flush();
            channel.down("session over");
        }
    }
}
