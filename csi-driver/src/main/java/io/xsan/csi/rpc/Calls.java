package io.xsan.csi.rpc;

import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.xsan.protocol.client.ApiException;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Runs calls: one at a time per volume (a second is told ABORTED and repeated by the caller), and
 * to their end, also when the caller has given up waiting, so that its repetition finds the work
 * done. Any thread.
 */
public final class Calls {
    private final Set<String> inFlight = ConcurrentHashMap.newKeySet();

    /** What a call does. */
    @FunctionalInterface
    public interface Work<T> {
        /** Does it, and answers. */
        T run() throws IOException;
    }

    /** Runs {@code work} beside all others. */
    public <T> void read(StreamObserver<T> observer, Work<T> work) {
        T answer;
        try {
            answer = detached(work);
        } catch (StatusRuntimeException e) {
            observer.onError(e);
            return;
        } catch (ApiException e) {
            observer.onError(Failures.of(e));
            return;
        } catch (IOException e) {
            observer.onError(Failures.of(Status.Code.INTERNAL, String.valueOf(e.getMessage())));
            return;
        }
        observer.onNext(answer);
        observer.onCompleted();
    }

    /** Runs {@code work} alone among those with {@code key}, a volume's id or name. */
    public <T> void change(String key, StreamObserver<T> observer, Work<T> work) {
        read(
                observer,
                () -> {
                    if (!inFlight.add(key)) {
                        throw Failures.of(
                                Status.Code.ABORTED,
                                "another call for '" + key + "' is being worked on");
                    }
                    try {
                        return work.run();
                    } finally {
                        inFlight.remove(key);
                    }
                });
    }

    /**
     * Without the caller's cancellation and deadline, which calls made by the work would take on.
     */
    private static <T> T detached(Work<T> work) throws IOException {
        Context callers = Context.ROOT.attach();
        try {
            return work.run();
        } finally {
            Context.ROOT.detach(callers);
        }
    }
}
