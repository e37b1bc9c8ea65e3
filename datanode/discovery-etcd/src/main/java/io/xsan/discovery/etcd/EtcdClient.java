package io.xsan.discovery.etcd;

import com.google.protobuf.ByteString;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.StreamObserver;
import io.xsan.discovery.etcd.v3.KVGrpc;
import io.xsan.discovery.etcd.v3.KeyValue;
import io.xsan.discovery.etcd.v3.LeaseGrantRequest;
import io.xsan.discovery.etcd.v3.LeaseGrpc;
import io.xsan.discovery.etcd.v3.LeaseKeepAliveRequest;
import io.xsan.discovery.etcd.v3.LeaseKeepAliveResponse;
import io.xsan.discovery.etcd.v3.LeaseRevokeRequest;
import io.xsan.discovery.etcd.v3.PutRequest;
import io.xsan.discovery.etcd.v3.RangeRequest;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Calls of etcd's v3 API at the first of several endpoints that answers. Blocks for a few seconds
 * at most. One thread at a time.
 */
final class EtcdClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 3_000;
    private static final long KEYS_MAX = 1_000;

    private final List<ManagedChannel> channels = new ArrayList<>();
    private int preferred;

    /** PEM files for TLS with a certificate on both sides. */
    record Tls(File authority, File certificate, File key) {}

    /**
     * Connects lazily to {@code endpoints} ({@code HOST:PORT}), in clear without {@code tls}.
     *
     * @throws IOException if a PEM file cannot be read
     */
    EtcdClient(List<String> endpoints, Optional<Tls> tls) throws IOException {
        ChannelCredentials credentials = InsecureChannelCredentials.create();
        if (tls.isPresent()) {
            credentials =
                    TlsChannelCredentials.newBuilder()
                            .trustManager(tls.get().authority())
                            .keyManager(tls.get().certificate(), tls.get().key())
                            .build();
        }
        for (String endpoint : endpoints) {
            channels.add(Grpc.newChannelBuilder(endpoint, credentials).build());
        }
    }

    private <T> T call(Function<ManagedChannel, T> request) {
        StatusRuntimeException last = Status.UNAVAILABLE.asRuntimeException();
        int first = preferred;
        for (int i = 0; i < channels.size(); i++) {
            preferred = (first + i) % channels.size();
            try {
                return request.apply(channels.get(preferred));
            } catch (StatusRuntimeException e) {
                last = e;
                channels.get(preferred).resetConnectBackoff();
            }
        }
        throw last;
    }

    private static KVGrpc.KVBlockingStub keys(ManagedChannel channel) {
        return KVGrpc.newBlockingStub(channel)
                .withDeadlineAfter(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static LeaseGrpc.LeaseBlockingStub leases(ManagedChannel channel) {
        return LeaseGrpc.newBlockingStub(channel)
                .withDeadlineAfter(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Values by key of all keys that begin with {@code prefix}, which ends with a slash. */
    Map<String, String> under(String prefix) {
        // The first key behind the prefix: '0' follows '/'.
        String end = prefix.substring(0, prefix.length() - 1) + '0';
        RangeRequest request =
                RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(prefix))
                        .setRangeEnd(ByteString.copyFromUtf8(end))
                        .setLimit(KEYS_MAX)
                        .build();
        Map<String, String> found = new TreeMap<>();
        for (KeyValue pair : call(c -> keys(c).range(request)).getKvsList()) {
            found.put(pair.getKey().toStringUtf8(), pair.getValue().toStringUtf8());
        }
        return found;
    }

    /** Sets a key that goes with its lease. */
    void put(String key, String value, long lease) {
        PutRequest request =
                PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(ByteString.copyFromUtf8(value))
                        .setLease(lease)
                        .build();
        var _ = call(c -> keys(c).put(request));
    }

    /** A lease of so many seconds: its id. */
    long grant(long seconds) {
        LeaseGrantRequest request = LeaseGrantRequest.newBuilder().setTTL(seconds).build();
        return call(c -> leases(c).leaseGrant(request)).getID();
    }

    /** Ends a lease and the keys under it. */
    void revoke(long lease) {
        LeaseRevokeRequest request = LeaseRevokeRequest.newBuilder().setID(lease).build();
        var _ = call(c -> leases(c).leaseRevoke(request));
    }

    /** Begins the time of a lease anew; false if it has ended. */
    boolean keep(long lease) {
        return call(c -> keep(c, lease)) > 0;
    }

    private static long keep(ManagedChannel channel, long lease) {
        CompletableFuture<Long> left = new CompletableFuture<>();
        StreamObserver<LeaseKeepAliveRequest> requests =
                LeaseGrpc.newStub(channel)
                        .withDeadlineAfter(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                        .leaseKeepAlive(new First(left));
        requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
        try {
            return left.get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw Status.UNAVAILABLE.withCause(e).asRuntimeException();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Status.CANCELLED.withCause(e).asRuntimeException();
        } finally {
            requests.onCompleted();
        }
    }

    /** The first answer of a stream. */
    private record First(CompletableFuture<Long> left)
            implements StreamObserver<LeaseKeepAliveResponse> {
        @Override
        public void onNext(LeaseKeepAliveResponse response) {
            left.complete(response.getTTL());
        }

        @Override
        public void onError(Throwable failure) {
            left.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {
            left.complete(0L);
        }
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
    }
}
