package io.xsan.server.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ShardMailboxTest {
    private final List<Integer> ran = new ArrayList<>();

    @Test
    void actionsOfOneThreadRunInOrderAndInBatches() {
        Queue<Runnable> shard = new ArrayDeque<>();
        ShardMailbox mailbox = new ShardMailbox(1_000, shard::add);
        for (int i = 0; i < 600; i++) {
            int number = i;
            mailbox.post(() -> ran.add(number));
        }

        assertThat(shard).as("one wake-up for all").hasSize(1);
        int turns = 0;
        for (Runnable turn = shard.poll(); turn != null; turn = shard.poll()) {
            turn.run();
            turns++;
        }

        assertThat(turns).as("the shard gets its turns in between").isEqualTo(3);
        assertThat(ran).hasSize(600).isSorted();
    }

    @Test
    @Timeout(60)
    void posterWaitsWhileItIsFullAndIsCounted() throws Exception {
        try (ExecutorService shard = Executors.newSingleThreadExecutor()) {
            ShardMailbox mailbox = new ShardMailbox(2, shard);
            CountDownLatch gate = new CountDownLatch(1);
            shard.execute(() -> await(gate));
            Thread poster =
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int i = 0; i < 50; i++) {
                                    int number = i;
                                    mailbox.post(() -> ran.add(number));
                                }
                            });
            while (mailbox.waits() == 0) {
                Thread.sleep(1);
            }
            assertThat(mailbox.depth()).isEqualTo(2);
            assertThat(ran).isEmpty();

            gate.countDown();
            poster.join();
            shard.shutdown();
            assertThat(shard.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(ran).hasSize(50).isSorted();
    }

    @Test
    @Timeout(60)
    void nobodyWaitsForAShardThatHasEnded() throws Exception {
        ExecutorService shard = Executors.newSingleThreadExecutor();
        ShardMailbox mailbox = new ShardMailbox(1, shard);
        CountDownLatch gate = new CountDownLatch(1);
        shard.execute(() -> await(gate));
        mailbox.post(() -> ran.add(1));
        Thread poster = Thread.ofPlatform().start(() -> mailbox.post(() -> ran.add(2)));
        while (mailbox.waits() == 0) {
            Thread.sleep(1);
        }

        shard.shutdownNow();
        mailbox.close();
        poster.join();
        mailbox.post(() -> ran.add(3));

        ShardMailbox unused = new ShardMailbox(1, shard);
        unused.post(() -> ran.add(4));
        unused.post(() -> ran.add(5));
        assertThat(shard.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        assertThat(ran).isEmpty();
    }

    private static void await(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
