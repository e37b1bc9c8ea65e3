package io.xsan.server.agent;

import io.xsan.frontend.nbd.NbdConnection;
import io.xsan.server.agent.SocketCalls.Pair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A device of mode {@code nbd}: one end of a pair of sockets, of which the kernel has the other.
 *
 * <p>A worker that ends leaves a stream cut anywhere, so the next one gets another pair: the old is
 * shut down, the driver finds it dead, takes the new one, and sends again what was not answered, at
 * the latest when {@link #LOOK_MILLIS} have passed since it was sent.
 */
final class NbdHeld implements HeldDevice {
    /** After this long without an answer the driver looks whether the socket has been replaced. */
    private static final int LOOK_MILLIS = 5_000;

    /** How long requests wait for a socket: as long as a volume holds them without an owner. */
    private static final int DEAD_SECONDS = 600;

    private static final long RENEW_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long DEATH_MILLIS = 100;
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long ABORTED_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int NONE = -1;

    private final String backend;
    private Pair pair;
    private int index;

    /** A device to be made. */
    NbdHeld(String backend, Pair pair) {
        this.backend = backend;
        this.pair = pair;
        this.index = NONE;
    }

    /** A device that is there, served over {@code descriptor}. */
    NbdHeld(String backend, int descriptor, int index) {
        this.backend = backend;
        this.pair = new Pair(descriptor, NONE);
        this.index = index;
    }

    @Override
    public int descriptor() {
        return pair.ours();
    }

    @Override
    public String open(DeviceShape shape) throws IOException {
        int flags = NbdConnection.transmissionFlags(shape.readOnly());
        index =
                KernelNbd.connect(
                        new KernelNbd.Setup(
                                shape.sizeBytes(),
                                shape.sectorBytes(),
                                flags,
                                backend,
                                DEAD_SECONDS),
                        pair.kernels());
        giveAway();
        Path look = NbdMode.system(index).resolve("queue").resolve("io_timeout");
        if (Files.isWritable(look)) {
            Files.writeString(look, Integer.toString(LOOK_MILLIS));
        }
        return NbdMode.block(index);
    }

    /** The kernel has its end: ours would keep the stream open when the kernel's is closed. */
    private void giveAway() throws IOException {
        Posix.close(pair.kernels());
        pair = new Pair(pair.ours(), NONE);
    }

    @Override
    public int renew(boolean crashed) throws IOException {
        drop();
        if (index == NONE) {
            pair = SocketCalls.pair();
            return pair.ours();
        }
        long deadlineNanos = System.nanoTime() + RENEW_NANOS;
        try (KernelNbd.Deaths deaths = new KernelNbd.Deaths(DEATH_MILLIS)) {
            while (!isReplaced()) {
                if (System.nanoTime() - deadlineNanos > 0) {
                    throw new IOException(NbdMode.block(index) + " takes no new socket");
                }
                deaths.await(index);
            }
        }
        return pair.ours();
    }

    /** Also for workers that have duplicates: nobody answers on this stream any more. */
    private void drop() throws IOException {
        SocketCalls.shutdown(pair.ours());
        Posix.close(pair.ours());
        if (pair.kernels() != NONE) {
            Posix.close(pair.kernels());
        }
    }

    /** Offers a new pair; it is the device's if the kernel kept its end. */
    private boolean isReplaced() throws IOException {
        pair = SocketCalls.pair();
        KernelNbd.reconnect(index, backend, pair.kernels());
        giveAway();
        if (SocketCalls.hasPeer(pair.ours())) {
            return true;
        }
        Posix.close(pair.ours());
        return false;
    }

    @Override
    public void resize(long sizeBytes) throws IOException {
        KernelNbd.resize(index, backend, sizeBytes);
    }

    @Override
    public boolean isBusy() throws IOException {
        return index != NONE && isConnected() && Posix.isClaimed(NbdMode.block(index));
    }

    private boolean isConnected() {
        return Files.exists(NbdMode.system(index).resolve("pid"));
    }

    @Override
    public void close(long timeoutMillis) throws IOException {
        try {
            if (index != NONE && isConnected()) {
                awaitAnswers(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis));
                abort();
            }
        } finally {
            drop();
        }
    }

    private void awaitAnswers(long deadlineNanos) throws IOException {
        while (hasUnanswered() && System.nanoTime() - deadlineNanos < 0) {
            LockSupport.parkNanos(STEP_NANOS);
        }
    }

    private boolean hasUnanswered() throws IOException {
        Path inFlight = NbdMode.system(index).resolve("inflight");
        return Files.exists(inFlight) && !Files.readString(inFlight).strip().matches("0\\s+0");
    }

    @Override
    public void abort() throws IOException {
        if (index == NONE) {
            return;
        }
        KernelNbd.disconnect(index);
        long deadlineNanos = System.nanoTime() + ABORTED_NANOS;
        while (isConnected() && System.nanoTime() - deadlineNanos < 0) {
            LockSupport.parkNanos(STEP_NANOS);
        }
    }
}
