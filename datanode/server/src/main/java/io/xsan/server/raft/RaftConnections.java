package io.xsan.server.raft;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.ratis.thirdparty.io.netty.channel.Channel;
import org.apache.ratis.thirdparty.io.netty.channel.socket.nio.NioServerSocketChannel;

/** The listener of the Raft port: closes connections above {@code network.max_connections}. */
final class RaftConnections extends NioServerSocketChannel {
    private final int connectionsMax;
    private final AtomicInteger connections = new AtomicInteger();

    RaftConnections(int connectionsMax) {
        this.connectionsMax = connectionsMax;
    }

    @Override
    protected int doReadMessages(List<Object> accepted) throws Exception {
        int count = super.doReadMessages(accepted);
        if (count == 1 && accepted.getLast() instanceof Channel connection) {
            if (connections.incrementAndGet() > connectionsMax) {
                connections.decrementAndGet();
                accepted.removeLast();
                connection.unsafe().closeForcibly();
                return 0;
            }
            var _ = connection.closeFuture().addListener(_ -> connections.decrementAndGet());
        }
        return count;
    }
}
