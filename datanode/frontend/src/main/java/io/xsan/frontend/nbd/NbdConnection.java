package io.xsan.frontend.nbd;

import io.xsan.base.ErrorCode;
import io.xsan.base.memory.BufferPool;
import io.xsan.engine.VolumeSession;
import io.xsan.frontend.nbd.NbdExports.Export;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One client of NBD, from the greeting to the end. Sans I/O: the adapter feeds bytes and events,
 * the {@link NbdSink} gets the output. One shard.
 *
 * <p>The adapter calls {@link #start}, then {@link #onBytes} for what arrives, {@link #onWritable}
 * as the socket's queue fills and empties, {@link #onTurnEnd} once a turn, and {@link #onClosed} at
 * the end, once.
 */
public final class NbdConnection {
    private final NbdConfig config;
    private final NbdExports exports;
    private final NbdSink sink;
    private final BufferPool pool;
    private final NbdHandshake handshake;

    private @Nullable NbdTransmission transmission;
    private @Nullable VolumeSession session;
    private boolean isServing;
    private boolean isTaking;
    private boolean isPaused;
    private boolean isWritable = true;
    private boolean isClosed;
    private boolean hasDeadline;
    private long deadlineNanos;

    /** A connection that was just accepted. Data land in buffers of {@code pool}. */
    public NbdConnection(NbdConfig config, NbdExports exports, NbdSink sink, BufferPool pool) {
        this.config = config;
        this.exports = exports;
        this.sink = sink;
        this.pool = pool;
        this.handshake = new NbdHandshake(config, exports, sink, new HandshakeHost());
    }

    /**
     * A connection that needs no handshake, since its client was told size and flags in another
     * way: the kernel's nbd. Simple replies; {@code session} is ready and stays the caller's.
     */
    public static NbdConnection serving(
            NbdConfig config, VolumeSession session, NbdSink sink, BufferPool pool) {
        NbdConnection connection = new NbdConnection(config, new NoExports(), sink, pool);
        connection.isServing = true;
        connection.transmission =
                new NbdTransmission(
                        new NbdTransmission.Setup(config, NbdModes.SIMPLE, sink, pool),
                        session,
                        connection::resumeIfPossible);
        return connection;
    }

    /** The transmission flags of a {@link #serving} connection. */
    public static int transmissionFlags(boolean isReadOnly) {
        return NbdModes.SIMPLE.transmissionFlags(isReadOnly);
    }

    /** Greets the client. */
    public void start() {
        if (!isServing) {
            handshake.start();
        }
    }

    /**
     * Takes bytes from the position of {@code bytes} on. Returns true if it took all and wants
     * more. Else the caller keeps the rest, reads no more, and calls again after {@link
     * NbdSink#resumeReading}.
     */
    public boolean onBytes(ByteBuffer bytes) {
        isTaking = true;
        while (!isClosed && bytes.hasRemaining() && !isWaiting()) {
            NbdTransmission requests = transmission;
            if (requests == null) {
                handshake.take(bytes);
            } else {
                requests.take(bytes);
            }
        }
        isTaking = false;
        isPaused = isClosed || isWaiting();
        return !isPaused;
    }

    private boolean isWaiting() {
        NbdTransmission requests = transmission;
        return requests == null ? handshake.isWaiting() : requests.isWaiting();
    }

    private void resumeIfPossible() {
        if (!isTaking && isPaused && !isClosed && !isWaiting()) {
            isPaused = false;
            sink.resumeReading();
        }
    }

    /** The socket takes more, or has more than enough waiting to be sent. */
    public void onWritable(boolean writable) {
        isWritable = writable;
        if (transmission != null) {
            transmission.onWritable(writable);
        }
    }

    /**
     * Ends a turn: goes on with what waited for buffers or for answers of the engine. {@code
     * nowNanos} is the clock's. Also to be called about every 10 ms while the shard is idle.
     */
    public void onTurnEnd(long nowNanos) {
        if (transmission == null && !isClosed) {
            if (!hasDeadline || handshake.isOpening()) {
                hasDeadline = true;
                deadlineNanos = nowNanos + config.handshakeNanos();
            } else if (nowNanos - deadlineNanos >= 0) {
                deadlineNanos = nowNanos + config.handshakeNanos();
                sink.abort();
            }
        }
        resumeIfPossible();
    }

    /** The connection is gone. Buffers come back as the engine answers what it still has. */
    public void onClosed() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        if (transmission != null) {
            transmission.onClosed();
        }
        if (session != null) {
            session.close();
        }
    }

    /** Requests in the engine or being received, for status displays. */
    public int requestsInFlight() {
        return transmission == null ? 0 : transmission.requestsInFlight();
    }

    private final class HandshakeHost implements NbdHandshake.Host {
        @Override
        public void open(Export export) {
            exports.open(export.name(), new SessionListener());
        }

        @Override
        public void begin(VolumeSession opened, NbdModes modes) {
            NbdTransmission requests =
                    new NbdTransmission(
                            new NbdTransmission.Setup(config, modes, sink, pool),
                            opened,
                            NbdConnection.this::resumeIfPossible);
            requests.onWritable(isWritable);
            transmission = requests;
        }

        @Override
        public void startTls() {
            sink.startTls();
        }

        @Override
        public void close() {
            sink.close();
        }
    }

    /** Of one attempt to open an export. */
    private final class SessionListener implements VolumeSession.Listener {
        private boolean isReady;

        @Override
        public void onReady(VolumeSession opened) {
            isReady = true;
            if (isClosed) {
                opened.close();
                return;
            }
            session = opened;
            handshake.onOpened(opened);
        }

        @Override
        public void onResized(long sizeBytes) {
            // Ranges are checked against the session's size; NBD has no notice to send.
        }

        @Override
        public void onDropped(ErrorCode reason) {
            if (isClosed) {
                return;
            }
            if (!isReady) {
                handshake.onRefused(reason);
            } else {
                session = null;
                if (transmission != null) {
                    transmission.end();
                }
            }
        }
    }

    /** A connection without a handshake asks for none. */
    private static final class NoExports implements NbdExports {
        @Override
        public List<String> names() {
            return List.of();
        }

        @Override
        public @Nullable Export find(String name) {
            return null;
        }

        @Override
        public void open(String name, VolumeSession.Listener listener) {
            listener.onDropped(ErrorCode.VOLUME_NOT_FOUND);
        }
    }
}
