package io.xsan.server.agent;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.xsan.base.Check;
import io.xsan.base.log.Log;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.VolumeSession;
import io.xsan.frontend.fuse.FuseConnection;
import io.xsan.frontend.fuse.FuseSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An open /dev/fuse on an event loop: reads messages into page buffers, lets a {@link
 * FuseConnection} answer them and writes the answers. Everything on the loop; at most {@link
 * #MESSAGES_PER_TURN} messages a turn, so that other volumes of the loop get theirs.
 */
final class FuseDevice implements EpollIoHandle, FuseSink {
    private static final int MESSAGES_PER_TURN = 64;
    private static final int START = 4096 - FuseConnection.WRITE_HEAD_BYTES;
    private static final int MESSAGE_BYTES_MAX =
            FuseConnection.WRITE_HEAD_BYTES + FuseConnection.IO_BYTES_MAX;
    private static final int SMALL_BYTES = 60 << 10;

    private final FileDescriptor descriptor;
    private final IoEventLoop loop;
    private final BufferPool pool;
    private final Log log;
    private final Runnable onGone;
    private final ByteBuffer[] gather = new ByteBuffer[2];
    private @Nullable FuseConnection connection;
    private @Nullable IoRegistration registration;
    private @Nullable PageBuffer next;
    private boolean isGone;

    /** Takes over {@code fd}; {@code onGone} runs on the loop once the kernel has unmounted it. */
    FuseDevice(int fd, IoEventLoop loop, BufferPool pool, Log log, Runnable onGone) {
        this.descriptor = new FileDescriptor(fd);
        this.loop = loop;
        this.pool = pool;
        this.log = log;
        this.onGone = onGone;
    }

    /** Serves {@code session}; {@code resume} asks for what an earlier worker left unanswered. */
    void serve(VolumeSession session, boolean resume) {
        connection = new FuseConnection(session, pool, this);
        if (resume) {
            connection.resume();
        }
        loop.register(this)
                .addListener(future -> {
                    registration = (IoRegistration) future.get();
                    registration.submit(EpollIoOps.EPOLLIN);
                });
    }

    /** Goes on where memory had run out; once a turn. */
    void retry() {
        if (connection != null && !isGone) {
            connection.retry();
        }
    }

    @Override
    public FileDescriptor fd() {
        return descriptor;
    }

    @Override
    public void handle(IoRegistration ready, IoEvent event) {
        for (int i = 0; i < MESSAGES_PER_TURN && !isGone; i++) {
            if (!readOne()) {
                return;
            }
        }
    }

    /** True if a message was taken and another may be there. */
    private boolean readOne() {
        PageBuffer buffer = next != null ? next : pool.take(START + MESSAGE_BYTES_MAX);
        next = buffer;
        if (buffer == null) {
            return false;
        }
        try {
            long address = buffer.segment().address();
            int bytes = descriptor.readAddress(address, START, START + MESSAGE_BYTES_MAX);
            if (bytes <= 0) {
                return false;
            }
            deliver(buffer, bytes);
            return true;
        } catch (IOException e) {
            end(e);
            return false;
        }
    }

    /** A short message moves to a short buffer, so that few large ones serve many requests. */
    private void deliver(PageBuffer buffer, int bytes) {
        FuseConnection fuse = Check.present(connection, "a device that reads is served");
        PageBuffer small = bytes <= SMALL_BYTES ? pool.take(START + bytes) : null;
        if (small != null) {
            small.segment().asSlice(START, bytes).copyFrom(buffer.segment().asSlice(START, bytes));
            fuse.onMessage(small, START, bytes);
            small.release();
        } else {
            next = null;
            fuse.onMessage(buffer, START, bytes);
            buffer.release();
        }
    }

    @Override
    public void reply(ByteBuffer head, @Nullable PageBuffer data, int offsetBytes, int dataBytes) {
        if (isGone) {
            return;
        }
        try {
            if (data == null) {
                descriptor.write(head, head.position(), head.limit());
            } else {
                gather[0] = head;
                gather[1] = data.bytes().duplicate().limit(offsetBytes + dataBytes);
                gather[1].position(offsetBytes);
                descriptor.writev(gather, 0, 2, Long.MAX_VALUE);
            }
        } catch (IOException e) {
            // The kernel answers ENOENT where the request was interrupted meanwhile: nobody waits.
            log.debug("fuse-reply-refused", "fd", descriptor.intValue(), "reason", e);
        }
    }

    @Override
    public void onDestroyed() {
        log.debug("fuse-destroyed", "fd", descriptor.intValue());
    }

    private void end(IOException reason) {
        log.info("fuse-ended", "fd", descriptor.intValue(), "reason", reason);
        isGone = true;
        close();
        onGone.run();
    }

    @Override
    public void close() {
        isGone = true;
        if (next != null) {
            next.release();
            next = null;
        }
        if (registration != null) {
            registration.cancel();
            registration = null;
        }
    }
}
