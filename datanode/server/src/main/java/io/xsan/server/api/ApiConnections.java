package io.xsan.server.api;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The listener of the gRPC port: closes connections above {@code network.max_connections}. */
final class ApiConnections extends NioServerSocketChannel {
    private final int connectionsMax;
    private final AtomicInteger connections = new AtomicInteger();

    ApiConnections(int connectionsMax) {
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
