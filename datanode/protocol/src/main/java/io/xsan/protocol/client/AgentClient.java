package io.xsan.protocol.client;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.xsan.protocol.v1.AgentGrpc;
import io.xsan.protocol.v1.AgentWorkerGrpc;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A blocking client of this host's agent, by its unix socket. Who may open the socket may do
 * everything. Any thread.
 */
public final class AgentClient implements AutoCloseable {
    /**
     * Netty warns of an option of TCP that gRPC sets on unix sockets, too; kept from collection.
     */
    private static final Logger NETTY = Logger.getLogger("io.grpc.netty.shaded.io.netty.bootstrap");

    static {
        NETTY.setLevel(Level.SEVERE);
    }

    private final ManagedChannel channel;
    private final long timeoutMillis;

    /** Connects with the first call; each takes at most {@code timeoutMillis}. */
    public AgentClient(Path socket, long timeoutMillis) {
        this.timeoutMillis = timeoutMillis;
        channel =
                Grpc.newChannelBuilder(
                                "unix://" + socket.toAbsolutePath().normalize(),
                                InsecureChannelCredentials.create())
                        .build();
    }

    /**
     * Makes one call, such as {@code agent.call(s -> s.listDevices(request))}.
     *
     * @throws ApiException with the error of the agent, or NODE_UNREACHABLE if none answers
     */
    public <T> T call(Function<AgentGrpc.AgentBlockingStub, T> request) {
        return checked(() ->
                request.apply(
                        AgentGrpc.newBlockingStub(channel)
                                .withDeadlineAfter(timeoutMillis, TimeUnit.MILLISECONDS)));
    }

    /** Makes one call of the worker's service, with a limit of time of its own. */
    public <T> T callWorker(
            long limitMillis, Function<AgentWorkerGrpc.AgentWorkerBlockingStub, T> request) {
        return checked(() ->
                request.apply(
                        AgentWorkerGrpc.newBlockingStub(channel)
                                .withDeadlineAfter(limitMillis, TimeUnit.MILLISECONDS)));
    }

    private static <T> T checked(Supplier<T> call) {
        try {
            return call.get();
        } catch (StatusRuntimeException e) {
            throw ApiException.of(e);
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
