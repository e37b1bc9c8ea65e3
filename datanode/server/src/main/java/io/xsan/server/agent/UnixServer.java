package io.xsan.server.agent;

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
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A gRPC service on a unix socket that its owner alone may open. */
final class UnixServer implements AutoCloseable {
    private static final int SOCKET_PATH_BYTES_MAX = 107;

    private final EventLoopGroup loop = new EpollEventLoopGroup(1);
    private final Server server;
    private final Path socket;

    /**
     * Listens on {@code socket}, in place of one that an earlier process left.
     *
     * @throws IOException if that is not possible
     */
    UnixServer(Path socket, BindableService service) throws IOException {
        this.socket = socket;
        if (socket.toString().length() > SOCKET_PATH_BYTES_MAX) {
            throw new IOException(socket + ": too long for a unix socket, at most 107 bytes");
        }
        Path directory = socket.getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        Files.deleteIfExists(socket);
        server =
                NettyServerBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
                        .channelType(EpollServerDomainSocketChannel.class)
                        .bossEventLoopGroup(loop)
                        .workerEventLoopGroup(loop)
                        .executor(
                                Executors.newCachedThreadPool(
                                        Thread.ofPlatform().daemon().factory()))
                        .addService(service)
                        .build()
                        .start();
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
    }

    /** Calls under way end within a second. */
    @Override
    public void close() throws IOException {
        server.shutdown();
        try {
            if (!server.awaitTermination(1, TimeUnit.SECONDS)) {
                server.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        Files.deleteIfExists(socket);
    }
}
