package io.xsan.server.nbd;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.xsan.base.InvariantViolation;
import io.xsan.base.log.Log;
import io.xsan.base.memory.BufferPool;
import io.xsan.engine.VolumeSession;
import io.xsan.frontend.nbd.NbdConfig;
import io.xsan.frontend.nbd.NbdConnection;
import io.xsan.server.shard.ShardLoop;
import io.xsan.server.traffic.TrafficCounter;
import org.jspecify.annotations.Nullable;

/**
 * A connected unix socket whose other end is the kernel's nbd driver: no handshake, size and flags
 * were told by netlink. Needs epoll. On the loop.
 */
public final class NbdSocket {
    private final ShardLoop loop;
    private final BufferPool pool;
    private final Log log;
    private final Runnable onEnd;
    private final TrafficCounter traffic = new TrafficCounter();
    private @Nullable NbdChannel channel;
    private @Nullable Channel socket;

    /** A socket to come; {@code onEnd} runs when it is closed, from whichever side. */
    public NbdSocket(ShardLoop loop, BufferPool pool, Log log, Runnable onEnd) {
        this.loop = loop;
        this.pool = pool;
        this.log = log;
        this.onEnd = onEnd;
    }

    /** Answers what comes from {@code descriptor}, which it owns from now on. Once. */
    public void serve(int descriptor, VolumeSession session) {
        NbdConfig config = NbdConfig.of(NbdConfig.Tls.OFF);
        NbdChannel served =
                new NbdChannel(
                        new Kernel(), sink -> NbdConnection.serving(config, session, sink, pool));
        Channel made = new EpollDomainSocketChannel(descriptor);
        made.config().setWriteBufferWaterMark(NbdServer.WATER_MARKS);
        made.pipeline().addLast(served);
        channel = served;
        socket = made;
        var _ = loop.group().register(made);
    }

    /** Goes on with what waited and sends the replies of the turn; once a turn. */
    public void onTurnEnd() {
        if (channel != null && socket != null && socket.isActive()) {
            channel.onTurnEnd(0);
            channel.flush();
        }
    }

    /** Takes nothing more from the kernel, or goes on; what was taken is answered. */
    public void setPaused(boolean paused) {
        if (channel != null) {
            channel.setPaused(paused);
        }
    }

    /** Requests taken and not answered. */
    public int inFlight() {
        return channel == null ? 0 : channel.requestsInFlight();
    }

    /** Closes this end. */
    public void close() {
        if (socket != null) {
            var _ = socket.close();
        }
    }

    private final class Kernel implements NbdChannel.Home {
        @Override
        public ShardLoop loop() {
            return loop;
        }

        @Override
        public TrafficCounter counter() {
            return traffic;
        }

        @Override
        public void onActive(NbdChannel active) {
            log.debug("nbd-device-served");
        }

        @Override
        public void onInactive(NbdChannel inactive) {
            onEnd.run();
        }

        @Override
        public void onError(NbdChannel failed, Throwable cause) {
            if (cause instanceof InvariantViolation bug) {
                loop.die(bug);
            }
            log.warn("nbd-device-error", "reason", cause);
            failed.abort();
        }

        @Override
        public void startTls(Channel connected) {
            throw new InvariantViolation("the kernel asks for no TLS");
        }
    }
}
