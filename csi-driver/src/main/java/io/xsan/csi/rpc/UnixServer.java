package io.xsan.csi.rpc;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** gRPC services on a unix socket, each call on a virtual thread of its own. */
public final class UnixServer implements AutoCloseable {
    private static final long DRAIN_SECONDS = 20;

    private final EventLoopGroup loops = new EpollEventLoopGroup(1);
    private final Server server;

    /**
     * Serves from now on. A socket that an earlier process left behind is replaced; a directory
     * that is missing is made.
     *
     * @throws IOException if the socket cannot be made
     */
    public UnixServer(Path socket, List<? extends BindableService> services) throws IOException {
        Path directory = socket.toAbsolutePath().getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        Files.deleteIfExists(socket);
        NettyServerBuilder builder =
                NettyServerBuilder.forAddress(new DomainSocketAddress(socket.toString()))
                        .channelType(EpollServerDomainSocketChannel.class)
                        .bossEventLoopGroup(loops)
                        .workerEventLoopGroup(loops)
                        .executor(Executors.newVirtualThreadPerTaskExecutor());
        services.forEach(builder::addService);
        server = builder.build().start();
    }

    /** Returns when the server has ended. */
    public void await() throws InterruptedException {
        server.awaitTermination();
    }

    /** Takes no more calls, and lets those that run end. */
    @Override
    public void close() {
        server.shutdown();
        try {
            if (!server.awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS)) {
                server.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            server.shutdownNow();
        }
        var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
