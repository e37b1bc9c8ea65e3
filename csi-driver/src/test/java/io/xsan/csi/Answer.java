package io.xsan.csi;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What a handler that was called without a server answered. */
public final class Answer<T> implements StreamObserver<T> {
    private @Nullable T value;
    private Status status = Status.OK;

    /** Calls a handler, such as {@code Answer.of(service::createVolume, request)}. */
    public static <Q, T> Answer<T> of(BiConsumer<Q, StreamObserver<T>> handler, Q request) {
        Answer<T> answer = new Answer<>();
        handler.accept(request, answer);
        return answer;
    }

    public Status.Code code() {
        return status.getCode();
    }

    public String message() {
        return String.valueOf(status.getDescription());
    }

    /** The answer of a call that has to succeed. */
    public T value() {
        T answered = value;
        if (answered == null) {
            throw new AssertionError(status.toString());
        }
        return answered;
    }

    @Override
    public void onNext(T answered) {
        value = answered;
    }

    @Override
    public void onError(Throwable failure) {
        status = Status.fromThrowable(failure);
    }

    @Override
    public void onCompleted() {
        // A handler answers once.
    }
}
