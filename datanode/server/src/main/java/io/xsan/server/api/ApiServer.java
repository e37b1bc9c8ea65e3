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
import io.xsan.server.config.DatanodeConfig;
import io.xsan.server.net.PeerIdentity;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLSession;

/**
 * The gRPC port: mutual TLS; nodes may do everything, admins all but what nodes tell each other.
 */
public final class ApiServer implements AutoCloseable {
    /** What only nodes tell each other. */
    private static final Set<String> OF_NODES = Set.of("RenewLease", "Follow", "Propose");

    private static final Set<String> OF_AGENTS =
            Set.of("GetVolume", "ListVolumes", "FindOwner", "Watch");

    private final Server server;

    /**
     * Opens the port of {@code node}.
     *
     * @throws IOException if the port is taken or a PEM file cannot be used
     */
    public ApiServer(NodeView node, Proposer proposer, Peers peers) throws IOException {
        DatanodeConfig.Tls tls = node.config().tls();
        String cluster = node.config().cluster().clusterId().toString();
        server =
                NettyServerBuilder.forAddress(
                                node.config().cluster().address(DatanodeConfig.Port.API),
                                TlsServerCredentials.newBuilder()
                                        .keyManager(tls.certificate().toFile(), tls.key().toFile())
                                        .trustManager(tls.authority().toFile())
                                        .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
                                        .build())
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
    }
}
