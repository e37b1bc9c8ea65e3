package io.xsan.server.api;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.xsan.base.ErrorCode;
import io.xsan.base.VolumeId;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.ImageDelta;
import io.xsan.protocol.v1.FollowUpdate;
import io.xsan.protocol.v1.WatchEvent;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends images and their changes to those that follow or watch, each on a virtual thread of its
 * own. A slow receiver gets fewer and larger changes, never a queue.
 */
final class ImageStreams {
    /** Streams at one time. */
    static final int STREAMS_MAX = 1024;

    private static final long KEEP_ALIVE_MILLIS = 1_000;
    private static final long LEADERLESS_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final NodeView node;
    private final Semaphore free = new Semaphore(STREAMS_MAX);

    /** What is sent for a change; nothing where it does not concern the receiver. */
    private interface Format<T> {
        List<T> messages(ImageDelta delta, boolean isFirst);
    }

    ImageStreams(NodeView node) {
        this.node = node;
    }

    /**
     * Sends records to a datanode that is no member. Ends with an error when this member has known
     * no leader for a while: another one may. Whoever asks a node that is no member either learns
     * the members only.
     */
    void follow(StreamObserver<FollowUpdate> observer) {
        if (!node.config().isMember()) {
            observer.onNext(FollowParts.members(node));
            observer.onCompleted();
            return;
        }
        start(observer, true, (delta, isFirst) -> FollowParts.of(node, delta, isFirst));
    }

    /** Sends what changes to a client: everything, or what concerns one volume. */
    void watch(Optional<VolumeId> only, StreamObserver<WatchEvent> observer) {
        start(observer, false, (delta, isFirst) -> Protos.event(node, delta, isFirst, only));
    }

    private <T> void start(StreamObserver<T> observer, boolean needsLeader, Format<T> format) {
        if (!free.tryAcquire()) {
            observer.onError(
                    ApiErrors.of(
                            ErrorCode.BUSY,
                            STREAMS_MAX + " streams are open at this datanode, the most"));
            return;
        }
        ServerCallStreamObserver<T> to = (ServerCallStreamObserver<T>) observer;
        to.setOnCancelHandler(() -> {
            // The thread of the stream looks.
        });
        Thread.ofVirtual()
                .name("xsan-stream")
                .start(() -> {
                    try {
                        run(to, needsLeader, format);
                    } finally {
                        free.release();
                    }
                });
    }

    private <T> void run(ServerCallStreamObserver<T> to, boolean needsLeader, Format<T> format) {
        ClusterImage sent = ClusterImage.UNFORMED;
        boolean isFirst = true;
        long leaderNanos = node.nanoTime();
        while (!to.isCancelled()) {
            if (!to.isReady()) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
                continue;
            }
            ClusterImage image =
                    isFirst ? node.image() : node.awaitNewer(sent.index(), KEEP_ALIVE_MILLIS);
            long now = node.nanoTime();
            leaderNanos = node.leaderNode() == 0 ? leaderNanos : now;
            if (needsLeader && now - leaderNanos > LEADERLESS_NANOS) {
                to.onError(
                        ApiErrors.of(
                                ErrorCode.CLUSTER_NOT_READY, "this member knows of no leader"));
                return;
            }
            format.messages(ImageDelta.between(sent, image), isFirst).forEach(to::onNext);
            sent = image;
            isFirst = false;
        }
    }
}
