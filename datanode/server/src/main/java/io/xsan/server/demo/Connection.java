package io.xsan.server.demo;

import io.xsan.server.demo.nbd.NbdClient;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection to the volume, wherever it is served: where it breaks or the volume gets another
 * owner, it is made again to the owner of then. The lanes that share it send again what was not
 * answered; an owner can acknowledge nothing once the next one serves, so nothing is written late.
 * Any thread.
 */
final class Connection implements AutoCloseable {
    private static final long PAUSE_MILLIS = 20;
    private static final long OPEN_MILLIS_MAX = 1_000;

    private final OwnerWatch owners;
    private volatile NbdClient client;
    private volatile @Nullable Member at;

    Connection(OwnerWatch owners) throws IOException {
        this.owners = owners;
        this.client = open();
    }

    private NbdClient open() throws IOException {
        Member owner = owners.owner();
        NbdClient opened =
                NbdClient.connect(
                        UnixDomainSocketAddress.of(owner.nbdSocket()),
                        Control.VOLUME,
                        OPEN_MILLIS_MAX);
        at = owner;
        return opened;
    }

    NbdClient client() {
        return client;
    }

    /** The owner is another one: who stands still does not break connections. */
    void onOwner(Member owner) {
        if (!owner.equals(at)) {
            client.abandon();
        }
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
                NbdClient newer = open();
                broken.close();
                client = newer;
                // It may have moved on meanwhile, when this connection was not there to be told.
                onOwner(owners.owner());
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
