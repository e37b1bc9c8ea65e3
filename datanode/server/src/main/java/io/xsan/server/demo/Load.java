package io.xsan.server.demo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The verified load: lanes over several connections, a thread each. */
final class Load implements AutoCloseable {
    /** Lanes own whole chunks, and no request crosses the end of one. */
    static final int CHUNK_BYTES = 64 << 10;

    private static final int CONNECTIONS = 4;
    private static final int LANES_EACH = 4;

    private interface Work {
        void on(Lane lane) throws InterruptedException;
    }

    private final List<Connection> clients = new ArrayList<>();
    private final List<Lane> lanes = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean isStopping;

    /** Connects to the owner that {@code owners} knows, and follows it. */
    Load(OwnerWatch owners, Measures measures) throws IOException {
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                clients.add(new Connection(owners));
            }
        } catch (IOException e) {
            close();
            throw e;
        }
        owners.onChange(owner -> clients.forEach(client -> client.onOwner(owner)));
        int all = CONNECTIONS * LANES_EACH;
        for (int i = 0; i < all; i++) {
            lanes.add(new Lane(i, all, clients.get(i % CONNECTIONS), measures));
        }
    }

    static String describe() {
        return CONNECTIONS + " NBD connections with " + LANES_EACH + " requests in flight each";
    }

    /** Starts random reads and writes, until {@link #stop}. A lane that meets an error ends. */
    void start() {
        run(lane -> {
            while (!isStopping && lane.step()) {
                Thread.onSpinWait();
            }
        });
    }

    /** Ends the random load; returns when every request is answered. */
    void stop() throws InterruptedException {
        isStopping = true;
        join();
    }

    /** Changes a page that was written, so that what was acknowledged is lost. */
    void plantLoss() throws InterruptedException {
        for (Lane lane : lanes) {
            if (lane.plantLoss()) {
                return;
            }
        }
        throw new IllegalStateException("nothing was written, so nothing can be lost");
    }

    /** Reads back and checks all that was written; returns when it is done. */
    void verify() throws InterruptedException {
        run(Lane::verify);
        join();
    }

    private void run(Work work) {
        for (Lane lane : lanes) {
            threads.add(Thread.ofPlatform().daemon().name("lane").start(() -> run(work, lane)));
        }
    }

    private static void run(Work work, Lane lane) {
        try {
            work.on(lane);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void join() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
        threads.clear();
    }

    @Override
    public void close() {
        for (Connection client : clients) {
            try {
                client.close();
            } catch (IOException e) {
                // The load is over: whether the server hears of it does not matter.
                continue;
            }
        }
    }
}
