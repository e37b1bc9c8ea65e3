package io.xsan.server.api;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.xsan.protocol.client.PemCredentials;
import io.xsan.server.config.DatanodeConfig;
import io.xsan.server.net.PeerIdentity;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;

/**
 * The gRPC port: mutual TLS; nodes may do everything, admins all but what nodes tell each other.
 */
public final class ApiServer implements AutoCloseable {
    /** What only nodes tell each other. */
    private static final Set<String> OF_NODES =
            Set.of("RenewLease", "Follow", "Propose", "GetMembership", "JoinGroup");

    private static final Set<String> OF_AGENTS =
            Set.of("GetVolume", "ListVolumes", "FindOwner", "Watch");

    private static final int LOOPS = 2;
    private static final int CLOSE_MILLIS = 1_000;

    private final EventLoopGroup loops =
            new NioEventLoopGroup(LOOPS, new DefaultThreadFactory("xsan-api", true));
    private final Server server;

    /**
     * Opens the port of {@code node}, whose certificate is that of {@code credentials}.
     *
     * @throws IOException if the port is taken or a PEM file cannot be used
     */
    public ApiServer(NodeView node, Proposer proposer, Peers peers, PemCredentials credentials)
            throws IOException {
        String cluster = node.config().cluster().clusterId().toString();
        server =
                NettyServerBuilder.forAddress(
                                node.config().cluster().address(DatanodeConfig.Port.API),
                                TlsServerCredentials.newBuilder()
                                        .keyManager(credentials.keyManager())
                                        .trustManager(credentials.trustManager())
                                        .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
                                        .build())
                        .channelFactory(
                                () -> new ApiConnections(node.config().network().connectionsMax()))
                        .bossEventLoopGroup(loops)
                        .workerEventLoopGroup(loops)
                        .executor(Executors.newVirtualThreadPerTaskExecutor())
                        .intercept(new Roles(cluster))
                        .addService(new XsanService(node, proposer, peers))
                        .build()
                        .start();
    }

    private record Roles(String cluster) implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
            Optional<PeerIdentity> caller =
                    session == null ? Optional.empty() : PeerIdentity.of(session);
            String method = String.valueOf(call.getMethodDescriptor().getBareMethodName());
            if (caller.isEmpty() || !isAllowed(caller.get(), method)) {
                Status refused =
                        Status.PERMISSION_DENIED.withDescription(
                                "the caller's certificate does not allow " + method);
                call.close(refused, new Metadata());
                return new ServerCall.Listener<>() {};
            }
            return next.startCall(call, headers);
        }

        private boolean isAllowed(PeerIdentity caller, String method) {
            if (!caller.cluster().equals(cluster)) {
                return false;
            }
            return switch (caller.role()) {
                case "node" -> true;
                case "admin" -> !OF_NODES.contains(method);
                case "agent" -> OF_AGENTS.contains(method);
                default -> false;
            };
        }
    }

    @Override
    public void close() {
        server.shutdownNow();
        var _ = loops.shutdownGracefully(0, CLOSE_MILLIS, TimeUnit.MILLISECONDS);
    }
}
