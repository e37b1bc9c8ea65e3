package io.xsan.server.agent;

import io.xsan.base.Check;
import io.xsan.engine.VolumeSession;
import io.xsan.server.nbd.NbdSocket;
import org.jspecify.annotations.Nullable;

/**
 * A device of the kernel's nbd driver as the worker serves it. Requests of an earlier worker come
 * again by themselves, over the new socket.
 */
final class NbdDevice implements ServedDevice {
    private final int descriptor;
    private final Workbench bench;
    private final Runnable onGone;
    private @Nullable NbdSocket socket;
    private boolean isClosed;

    /** Takes over {@code descriptor}; {@code onGone} runs on the loop once the kernel ended it. */
    NbdDevice(int descriptor, Workbench bench, Runnable onGone) {
        this.descriptor = descriptor;
        this.bench = bench;
        this.onGone = onGone;
    }

    @Override
    public void serve(VolumeSession session, boolean resumed) {
        Check.that(socket == null, "a device is served once");
        socket = new NbdSocket(bench.loop(), bench.pool(), bench.log(), this::onEnd);
        socket.serve(descriptor, session);
    }

    private void onEnd() {
        if (!isClosed) {
            isClosed = true;
            onGone.run();
        }
    }

    @Override
    public void onTurnEnd() {
        if (socket != null) {
            socket.onTurnEnd();
        }
    }

    @Override
    public void setPaused(boolean paused) {
        if (socket != null) {
            socket.setPaused(paused);
        }
    }

    @Override
    public int inFlight() {
        return socket == null ? 0 : socket.inFlight();
    }

    @Override
    public void close() {
        isClosed = true;
        if (socket != null) {
            socket.close();
        }
    }
}
