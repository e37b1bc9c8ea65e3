package io.xsan.server.demo;

import io.xsan.server.demo.nbd.NbdClient;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * A connection to the volume, wherever it is served: where it breaks, it is made again to the owner
 * of then. The lanes that share it send again what was not answered; an owner has ended its work
 * before the next one starts, so nothing is written late. Any thread.
 */
final class Connection implements AutoCloseable {
    private static final long PAUSE_MILLIS = 20;

    /** Connects to the owner of now. */
    @FunctionalInterface
    interface Door {
        NbdClient open() throws IOException;
    }

    private final Door door;
    private volatile NbdClient client;

    Connection(Door door) throws IOException {
        this.door = door;
        this.client = door.open();
    }

    NbdClient client() {
        return client;
    }

    /**
     * Makes the connection again if {@code broken} is still in use.
     *
     * @throws IOException if there is no owner for {@code secondsMax}
     */
    synchronized void renew(NbdClient broken, long secondsMax)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(secondsMax);
        while (client == broken) {
            try {
                NbdClient newer = door.open();
                broken.close();
                client = newer;
            } catch (IOException e) {
                if (System.nanoTime() - deadline > 0) {
                    throw e;
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
