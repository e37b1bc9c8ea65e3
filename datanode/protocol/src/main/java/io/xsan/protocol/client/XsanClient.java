package io.xsan.protocol.client;

import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.xsan.base.ErrorCode;
import io.xsan.protocol.v1.XsanGrpc;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A blocking client of a cluster: tries its endpoints in turn until one answers. All calls are
 * idempotent, so they are repeated where an endpoint cannot be reached. Any thread.
 */
public final class XsanClient implements AutoCloseable {
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final long timeoutMillis;
    private volatile int preferred;

    /**
     * Connects lazily. Each attempt takes at most {@code timeoutMillis}.
     *
     * @throws IOException if a PEM file cannot be read or is none
     */
    public XsanClient(ClientConfig config, long timeoutMillis) throws IOException {
        this.timeoutMillis = timeoutMillis;
        for (String endpoint : config.endpoints()) {
            channels.add(
                    Grpc.newChannelBuilder(
                                    endpoint,
                                    TlsChannelCredentials.newBuilder()
                                            .trustManager(config.authority().toFile())
                                            .keyManager(
                                                    config.certificate().toFile(),
                                                    config.key().toFile())
                                            .build())
                            .overrideAuthority("xsan")
                            .build());
        }
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

    private XsanGrpc.XsanBlockingStub stub(int endpoint) {
        return XsanGrpc.newBlockingStub(channels.get(endpoint))
                .withDeadlineAfter(timeoutMillis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        for (ManagedChannel channel : channels) {
            channel.shutdownNow();
        }
    }
}
