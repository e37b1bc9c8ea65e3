package io.xsan.server.disk;

import io.xsan.base.Check;
import io.xsan.base.log.Log;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Threads that do reads or writes of a device for its shard. Tasks go out and come back through
 * bounded queues; the first that comes back wakes the shard, which then takes all.
 */
final class DeviceThreads<T> implements AutoCloseable {
    /** Tasks in flight at most. */
    private static final int TASKS_MAX = 4096;

    /** What a thread does with a task; it keeps the thread's own {@link SystemCalls}. */
    @FunctionalInterface
    interface Work<T> {
        void run(T task, SystemCalls calls);
    }

    private final BlockingQueue<T> queue = new ArrayBlockingQueue<>(TASKS_MAX);
    private final BlockingQueue<T> done = new ArrayBlockingQueue<>(TASKS_MAX);
    private final AtomicBoolean isWoken = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();
    private final Runnable wake;
    private final Work<T> work;
    private final Log log;
    private int inFlight;

    DeviceThreads(String name, int count, Work<T> work, Runnable wake, Log log) {
        this.work = work;
        this.wake = wake;
        this.log = log;
        for (int i = 0; i < count; i++) {
            threads.add(Thread.ofPlatform().daemon().name(name + "-" + i).start(this::run));
        }
    }

    /** True if a task may be added. Shard only. */
    boolean hasRoom() {
        return inFlight < TASKS_MAX;
    }

    /** Gives a task to a thread. Shard only. */
    void add(T task) {
        Check.that(hasRoom() && queue.offer(task), "room for a disk task", inFlight);
        inFlight++;
    }

    /** Takes all that is done and returns how many. Shard only. */
    int takeDone(Consumer<T> consumer) {
        isWoken.set(false);
        int count = 0;
        for (T task = done.poll(); task != null; task = done.poll()) {
            inFlight--;
            count++;
            consumer.accept(task);
        }
        return count;
    }

    private void run() {
        SystemCalls calls = new SystemCalls();
        try {
            while (true) {
                T task = queue.take();
                work.run(task, calls);
                done.put(task);
                if (isWoken.compareAndSet(false, true)) {
                    wake.run();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            log.debug("device-thread-ended");
        }
    }

    /** Ends the threads after the task each is at. */
    @Override
    public void close() {
        for (Thread thread : threads) {
            thread.interrupt();
        }
        try {
            for (Thread thread : threads) {
                thread.join(1_000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
