package io.xsan.server.demo.nbd;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One connection to an export. Requests of many threads are in flight at once; each future ends
 * when its reply is there, exceptionally with an IOException if the server refused it or the
 * connection broke. A buffer belongs to the request until then.
 */
public final class NbdClient implements AutoCloseable {
    private static final int REQUEST_MAGIC = 0x25609513;
    private static final int REPLY_MAGIC = 0x67446698;
    private static final int READ = 0;
    private static final int WRITE = 1;
    private static final int DISCONNECT = 2;
    private static final int FLUSH = 3;
    private static final int TRIM = 4;
    private static final int SHUTDOWN = 108;

    private final SocketChannel channel;
    private final NbdExport export;
    private final Map<Long, Waiting> waiting = new ConcurrentHashMap<>();
    private final ReentrantLock sending = new ReentrantLock();
    private final ByteBuffer head = ByteBuffer.allocateDirect(28);
    private long cookie;
    private volatile boolean isBroken;

    /**
     * What a request waits for: {@code target} takes the data of a READ and is null for all others,
     * whose reply may come before their sender has seen its buffer leave.
     */
    private record Waiting(@Nullable ByteBuffer target, CompletableFuture<Void> reply) {}

    private NbdClient(SocketChannel channel, NbdExport export) {
        this.channel = channel;
        this.export = export;
    }

    /**
     * Connects over a unix socket or TCP and chooses an export.
     *
     * @throws IOException if nothing listens there, the server does not have the export, or does
     *     not answer within {@code timeoutMillis}
     */
    public static NbdClient connect(SocketAddress address, String export, long timeoutMillis)
            throws IOException {
        boolean isTcp = address instanceof InetSocketAddress;
        SocketChannel channel =
                isTcp ? SocketChannel.open() : SocketChannel.open(StandardProtocolFamily.UNIX);
        CompletableFuture<Void> guard =
                CompletableFuture.runAsync(
                        () -> closeQuietly(channel),
                        CompletableFuture.delayedExecutor(timeoutMillis, TimeUnit.MILLISECONDS));
        try {
            if (isTcp) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
            channel.connect(address);
            NbdClient client = new NbdClient(channel, new NbdGreeting(channel).choose(export));
            Thread.ofPlatform().daemon().name("nbd-replies").start(client::takeReplies);
            return client;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        } finally {
            guard.cancel(false);
        }
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // Who waits for it is told by its own failure.
            return;
        }
    }

    /** Breaks the connection, as if the other end had gone. */
    public void abandon() {
        closeQuietly(channel);
    }

    /** What the server told of the export. */
    public NbdExport export() {
        return export;
    }

    /** Fills {@code target}, from its position to its limit, from {@code offsetBytes} on. */
    public CompletableFuture<Void> read(long offsetBytes, ByteBuffer target) {
        return send(READ, offsetBytes, target.remaining(), target);
    }

    /** Writes {@code source}, from its position to its limit, at {@code offsetBytes}. */
    public CompletableFuture<Void> write(long offsetBytes, ByteBuffer source) {
        return send(WRITE, offsetBytes, source.remaining(), source);
    }

    /** Ends when all writes that were answered before are durable. */
    public CompletableFuture<Void> flush() {
        return send(FLUSH, 0, 0, ByteBuffer.allocate(0));
    }

    /** Gives back the space of a range, which then reads as zeros. */
    public CompletableFuture<Void> trim(long offsetBytes, int lengthBytes) {
        return send(TRIM, offsetBytes, lengthBytes, ByteBuffer.allocate(0));
    }

    private CompletableFuture<Void> send(int type, long offset, int length, ByteBuffer data) {
        CompletableFuture<Void> reply = new CompletableFuture<>();
        sending.lock();
        try {
            long mine = ++cookie;
            waiting.put(mine, new Waiting(type == READ ? data : null, reply));
            head.clear();
            head.putInt(REQUEST_MAGIC).putShort((short) 0).putShort((short) type);
            head.putLong(mine).putLong(offset).putInt(length).flip();
            ByteBuffer[] parts = type == WRITE ? new ByteBuffer[] {head, data} : null;
            while (head.hasRemaining() || (parts != null && data.hasRemaining())) {
                if (parts == null) {
                    channel.write(head);
                } else {
                    channel.write(parts);
                }
            }
        } catch (IOException e) {
            fail(e);
        } finally {
            sending.unlock();
        }
        if (isBroken) {
            reply.completeExceptionally(new IOException("the connection is broken"));
        }
        return reply;
    }

    private void takeReplies() {
        ByteBuffer reply = ByteBuffer.allocateDirect(16);
        Waiting request = null;
        try {
            while (true) {
                reply.clear();
                NbdGreeting.readFully(channel, reply);
                reply.flip();
                int magic = reply.getInt();
                int error = reply.getInt();
                request = waiting.remove(reply.getLong());
                if (magic != REPLY_MAGIC || request == null) {
                    throw new IOException("the NBD server sent a reply that is none");
                }
                if (error == SHUTDOWN) {
                    throw new IOException("the server does not serve the export any more");
                }
                if (error != 0) {
                    request.reply.completeExceptionally(
                            new IOException("the NBD server answered error " + error));
                    continue;
                }
                if (request.target != null) {
                    NbdGreeting.readFully(channel, request.target);
                }
                request.reply.complete(null);
            }
        } catch (IOException | RuntimeException e) {
            fail(e);
            if (request != null) {
                // Its reply had begun; nothing happens where it had ended.
                request.reply.completeExceptionally(broken(e));
            }
        }
    }

    private static IOException broken(Exception why) {
        return new IOException("the connection broke: " + why.getMessage(), why);
    }

    /** True once nothing can be asked any more: the other end is gone, or serves it no longer. */
    public boolean isBroken() {
        return isBroken;
    }

    private void fail(Exception why) {
        isBroken = true;
        IOException fault = broken(why);
        for (Long request : waiting.keySet()) {
            Waiting left = waiting.remove(request);
            if (left != null) {
                left.reply.completeExceptionally(fault);
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (!isBroken) {
            sending.lock();
            try {
                head.clear();
                head.putInt(REQUEST_MAGIC).putShort((short) 0).putShort((short) DISCONNECT);
                head.putLong(0).putLong(0).putInt(0).flip();
                while (head.hasRemaining()) {
                    channel.write(head);
                }
            } finally {
                sending.unlock();
            }
        }
        channel.close();
    }
}
