package io.xsan.server.node;

import io.xsan.meta.image.ClusterImage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The newest image, and a place to wait for a newer one. Any thread. */
final class ImageFeed {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition newer = lock.newCondition();
    private volatile ClusterImage image = ClusterImage.UNFORMED;

    ClusterImage image() {
        return image;
    }

    /** Replaces the image and wakes who waits. */
    void publish(ClusterImage next) {
        lock.lock();
        try {
            image = next;
            newer.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** An image newer than {@code index}, or after so long (or when interrupted) the newest. */
    ClusterImage awaitNewer(long index, long timeoutMillis) {
        long left = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        lock.lock();
        try {
            while (image.index() <= index && left > 0) {
                left = newer.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        return image;
    }
}
