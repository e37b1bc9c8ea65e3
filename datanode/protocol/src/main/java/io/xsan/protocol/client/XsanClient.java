package io.xsan.protocol.client;

import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.xsan.base.ErrorCode;
import io.xsan.protocol.v1.XsanGrpc;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A blocking client of a cluster: tries its endpoints in turn until one answers. All calls are
 * idempotent, so they are repeated where an endpoint cannot be reached. Any thread.
 */
public final class XsanClient implements AutoCloseable {
    private final List<ManagedChannel> channels = new ArrayList<>();
    private static final long CLOSE_MILLIS = 200;

    private final long timeoutMillis;
    private final @Nullable EventLoopGroup own;
    private volatile int preferred;

    private XsanClient(ClientConfig config, long timeoutMillis, @Nullable EventLoopGroup own)
            throws IOException {
        this.timeoutMillis = timeoutMillis;
        this.own = own;
        PemCredentials identity =
                PemCredentials.read(
                        config.authority(), config.certificate(), config.key(), _ -> {});
        ChannelCredentials credentials =
                TlsChannelCredentials.newBuilder()
                        .trustManager(identity.trustManager())
                        .keyManager(identity.keyManager())
                        .build();
        for (String endpoint : config.endpoints()) {
            NettyChannelBuilder builder = NettyChannelBuilder.forTarget(endpoint, credentials);
            if (own != null) {
                builder.eventLoopGroup(own).channelType(NioSocketChannel.class);
            }
            channels.add(builder.overrideAuthority("xsan").build());
        }
    }

    /**
     * Connects lazily. Each attempt takes at most {@code timeoutMillis}.
     *
     * @throws IOException if a PEM file cannot be read or is none
     */
    public XsanClient(ClientConfig config, long timeoutMillis) throws IOException {
        this(config, timeoutMillis, null);
    }

    /**
     * As the constructor, for a process that ends after {@link #close}: it has a thread of its own
     * that ends with it. The JVM's exit waits 300 ms for the shared one, which stays in a system
     * call.
     */
    public static XsanClient ofShortProcess(ClientConfig config, long timeoutMillis)
            throws IOException {
        return new XsanClient(
                config,
                timeoutMillis,
                new NioEventLoopGroup(1, new DefaultThreadFactory("xsan-client", true)));
    }

    /**
     * Makes one call, such as {@code client.call(s -> s.getVolume(ref))}.
     *
     * @throws ApiException with the error of the cluster, or NODE_UNREACHABLE if no endpoint
     *     answers
     */
    public <T> T call(Function<XsanGrpc.XsanBlockingStub, T> request) {
        ApiException last = new ApiException(ErrorCode.NODE_UNREACHABLE, "no endpoint answers");
        int first = preferred;
        for (int i = 0; i < channels.size(); i++) {
            int endpoint = (first + i) % channels.size();
            try {
                T answer = request.apply(stub(endpoint));
                preferred = endpoint;
                return answer;
            } catch (StatusRuntimeException e) {
                last = ApiException.of(e);
                if (!ApiException.isElsewhere(e)) {
                    throw last;
                }
                // The next call tries at once: a datanode that starts is there any moment.
                channels.get(endpoint).resetConnectBackoff();
            }
        }
        throw last;
    }

    /**
     * Starts a call whose answers are a stream, such as {@code client.stream(s -> s.watch(request,
     * observer))}, at the endpoint that answered last. It has no deadline; whoever hears its end
     * may start it again.
     */
    public void stream(Consumer<XsanGrpc.XsanStub> call) {
        ManagedChannel channel = channels.get(preferred);
        channel.resetConnectBackoff();
        call.accept(XsanGrpc.newStub(channel));
    }

    private XsanGrpc.XsanBlockingStub stub(int endpoint) {
        return XsanGrpc.newBlockingStub(channels.get(endpoint))
                .withDeadlineAfter(timeoutMillis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        for (ManagedChannel channel : channels) {
            channel.shutdownNow();
        }
        if (own != null) {
            boolean _ =
                    own.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS)
                            .awaitUninterruptibly(CLOSE_MILLIS);
        }
    }
}
