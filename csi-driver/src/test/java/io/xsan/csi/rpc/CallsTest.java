package io.xsan.csi.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Context;
import io.grpc.Status;
import io.xsan.base.ErrorCode;
import io.xsan.csi.Answer;
import io.xsan.protocol.client.ApiException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class CallsTest {
    private final Calls calls = new Calls();

    @Test
    void secondCallForAVolumeIsToldToComeAgain() throws InterruptedException {
        CountDownLatch isIn = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        Answer<String> first = new Answer<>();
        Thread thread =
                Thread.startVirtualThread(
                        () -> calls.change("v", first, () -> awaited(isIn, mayEnd)));
        isIn.await();
        Answer<String> second = new Answer<>();
        Answer<String> other = new Answer<>();

        calls.change("v", second, () -> "two");
        calls.change("w", other, () -> "other");
        mayEnd.countDown();
        thread.join();
        Answer<String> third = new Answer<>();
        calls.change("v", third, () -> "three");

        assertThat(second.code()).isEqualTo(Status.Code.ABORTED);
        assertThat(other.value()).isEqualTo("other");
        assertThat(first.value()).isEqualTo("one");
        assertThat(third.value()).isEqualTo("three");
    }

    private static String awaited(CountDownLatch isIn, CountDownLatch mayEnd) {
        isIn.countDown();
        try {
            mayEnd.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return "one";
    }

    @Test
    void workGoesOnWhenTheCallerHasGivenUp() {
        Context.CancellableContext caller = Context.current().withCancellation();
        Answer<Boolean> answer = new Answer<>();

        caller.run(() -> {
            caller.cancel(null);
            calls.change("v", answer, () -> Context.current().isCancelled());
        });

        assertThat(answer.value()).isFalse();
    }

    @Test
    void noSpaceIsResourceExhaustedSoThatAnotherPlaceIsTried() {
        Answer<String> answer = new Answer<>();

        calls.read(
                answer,
                () -> {
                    throw new ApiException(ErrorCode.INSUFFICIENT_SPACE, "full");
                });

        assertThat(answer.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(answer.message()).isEqualTo("full");
    }
}
