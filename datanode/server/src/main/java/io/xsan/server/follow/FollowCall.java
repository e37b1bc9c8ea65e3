package io.xsan.server.follow;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.xsan.protocol.client.XsanClient;
import io.xsan.protocol.v1.FollowRequest;
import io.xsan.protocol.v1.FollowUpdate;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One call of Follow, taken part by part: one part is asked for when one was taken, so that no more
 * than {@link #PARTS_MAX} wait here. One thread takes.
 */
final class FollowCall implements AutoCloseable {
    /** Parts on the way. */
    private static final int PARTS_MAX = 8;

    /** A member sends something every second. */
    private static final long SILENCE_SECONDS = 4;

    private final LinkedBlockingQueue<Optional<FollowUpdate>> parts = new LinkedBlockingQueue<>();
    private volatile @Nullable ClientCallStreamObserver<FollowRequest> stream;
    private volatile String reason = "";

    FollowCall(XsanClient client, int node) {
        FollowRequest request = FollowRequest.newBuilder().setNode(node).build();
        client.stream(stub -> stub.follow(request, new Parts()));
    }

    private final class Parts implements ClientResponseObserver<FollowRequest, FollowUpdate> {
        @Override
        public void beforeStart(ClientCallStreamObserver<FollowRequest> starting) {
            stream = starting;
            starting.disableAutoRequestWithInitial(PARTS_MAX);
        }

        @Override
        public void onNext(FollowUpdate part) {
            parts.add(Optional.of(part));
        }

        @Override
        public void onError(Throwable failure) {
            reason = String.valueOf(failure.getMessage());
            parts.add(Optional.empty());
        }

        @Override
        public void onCompleted() {
            parts.add(Optional.empty());
        }
    }

    /** The next part; empty when the call has ended or the member is silent. */
    Optional<FollowUpdate> next() {
        try {
            Optional<FollowUpdate> part = parts.poll(SILENCE_SECONDS, TimeUnit.SECONDS);
            if (part == null) {
                reason = "silent for " + SILENCE_SECONDS + " s";
                return Optional.empty();
            }
            ClientCallStreamObserver<FollowRequest> running = stream;
            if (part.isPresent() && running != null) {
                running.request(1);
            }
            return part;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** Why there is no next part. */
    String reason() {
        return reason;
    }

    @Override
    public void close() {
        ClientCallStreamObserver<FollowRequest> running = stream;
        if (running != null) {
            running.cancel("no longer followed", null);
        }
    }
}
