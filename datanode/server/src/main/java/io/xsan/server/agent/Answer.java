package io.xsan.server.agent;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.xsan.base.ErrorCode;
import io.xsan.base.Refusal;
import io.xsan.protocol.client.ApiException;
import io.xsan.server.api.ApiErrors;
import java.io.IOException;

/** Answers calls of the agent's services: outcomes and errors in one place. */
final class Answer {
    /** What a call does. */
    @FunctionalInterface
    interface Action<T> {
        /** Does it, and answers. */
        T run() throws IOException;
    }

    private Answer() {}

    static <T> void to(StreamObserver<T> observer, Action<T> action) {
        T answer;
        try {
            answer = action.run();
        } catch (Refusal e) {
            observer.onError(ApiErrors.of(e.code(), String.valueOf(e.getMessage())));
            return;
        } catch (ApiException e) {
            observer.onError(ApiErrors.of(e.code(), "worker: " + e.getMessage()));
            return;
        } catch (IOException e) {
            observer.onError(ApiErrors.of(ErrorCode.DEVICE_FAILED, String.valueOf(e.getMessage())));
            return;
        } catch (StatusRuntimeException e) {
            observer.onError(e);
            return;
        }
        observer.onNext(answer);
        observer.onCompleted();
    }
}
