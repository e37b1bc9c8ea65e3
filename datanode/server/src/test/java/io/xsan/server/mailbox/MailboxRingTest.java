package io.xsan.server.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Lincheck: many producers and one consumer see what a queue under a lock would show them. */
class MailboxRingTest {
    /** The operations that Lincheck runs in all orders; a small ring, so that it is often full. */
    public static class Ring {
        private final MailboxRing<Integer> ring = new MailboxRing<>(2);

        @Operation
        public boolean offer(@Param(gen = IntGen.class, conf = "1:3") int element) {
            return ring.offer(element);
        }

        @Operation(nonParallelGroup = "consumer")
        public @Nullable Integer poll() {
            Integer element = ring.poll();
            while (element == null && ring.size() > 0) {
                // A producer has the place and fills it next.
                Thread.onSpinWait();
                element = ring.poll();
            }
            return element;
        }
    }

    /** What a ring is: a list with room for two. */
    public static class Sequential {
        private final java.util.ArrayDeque<Integer> list = new java.util.ArrayDeque<>();

        public boolean offer(int element) {
            return list.size() < 2 && list.add(element);
        }

        public @Nullable Integer poll() {
            return list.poll();
        }
    }

    @Test
    void everyInterleavingOfFewOperationsIsThatOfAQueue() {
        new ModelCheckingOptions()
                .iterations(8)
                .invocationsPerIteration(200)
                .threads(3)
                .actorsPerThread(2)
                .sequentialSpecification(Sequential.class)
                .check(Ring.class);
    }

    @Test
    void parallelProducersAndAConsumerSeeAQueue() {
        new StressOptions()
                .iterations(5)
                .invocationsPerIteration(200)
                .threads(3)
                .actorsPerThread(3)
                .sequentialSpecification(Sequential.class)
                .check(Ring.class);
    }

    @Test
    void fullRingTakesNothingAndGivesInOrder() {
        MailboxRing<Integer> ring = new MailboxRing<>(3);
        for (int round = 0; round < 5; round++) {
            assertThat(ring.offer(1) && ring.offer(2) && ring.offer(3)).isTrue();
            assertThat(ring.offer(4)).isFalse();
            assertThat(ring.size()).isEqualTo(3);
            assertThat(ring.poll()).isEqualTo(1);
            assertThat(ring.offer(5)).isTrue();
            assertThat(ring.poll()).isEqualTo(2);
            assertThat(ring.poll()).isEqualTo(3);
            assertThat(ring.poll()).isEqualTo(5);
            assertThat(ring.poll()).isNull();
        }
    }
}
