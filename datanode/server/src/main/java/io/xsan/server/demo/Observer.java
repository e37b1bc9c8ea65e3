package io.xsan.server.demo;

import io.xsan.protocol.v1.Component;
import io.xsan.protocol.v1.Volume;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Asks for the volume all the time, so that a slow answer never stops the picture. */
final class Observer implements AutoCloseable {
    private static final long PAUSE_MILLIS = 200;

    private final Control control;
    private final Thread thread;
    private final Map<String, Long> copiedPages = new HashMap<>();
    private volatile @Nullable Volume volume;
    private volatile long resyncedBytes;
    private volatile boolean isStopping;

    Observer(Control control) {
        this.control = control;
        this.thread = Thread.ofPlatform().daemon().name("observer").start(this::run);
    }

    private void run() {
        while (!isStopping) {
            control.volume().ifPresent(this::onVolume);
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void onVolume(Volume seen) {
        for (Component component : seen.getComponentsList()) {
            copiedPages.merge(
                    component.getNode() + "." + component.getAttempt(),
                    component.getPagesCopied(),
                    Math::max);
        }
        resyncedBytes =
                PageContent.PAGE_BYTES
                        * copiedPages.values().stream().mapToLong(Long::longValue).sum();
        volume = seen;
    }

    /** The volume as it was seen last; null before the first answer. */
    @Nullable Volume volume() {
        return volume;
    }

    boolean isInSync() {
        Volume seen = volume;
        return seen != null
                && seen.getComponentsCount() > 0
                && seen.getComponentsList().stream().allMatch(c -> c.getState().equals("IN_SYNC"));
    }

    /** Bytes that resyncs have copied, as far as was seen. */
    long resyncedBytes() {
        return resyncedBytes;
    }

    @Override
    public void close() {
        isStopping = true;
        thread.interrupt();
    }
}
