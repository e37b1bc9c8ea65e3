package io.xsan.server.agent;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.FileDescriptor;
import io.xsan.base.Check;
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
 *
 * <p>Messages are read into buffers that have been written to before: where the kernel had to make
 * a page present first, a SIGKILL at that moment would end the request with EIO.
 */
final class FuseDevice implements EpollIoHandle, FuseSink, ServedDevice {
    private static final int MESSAGES_PER_TURN = 64;
    private static final int START = 4096 - FuseConnection.WRITE_HEAD_BYTES;
    private static final int MESSAGE_BYTES_MAX =
            FuseConnection.WRITE_HEAD_BYTES + FuseConnection.IO_BYTES_MAX;
    private static final int SMALL_BYTES = 60 << 10;

    /**
     * What is asked of epoll while nothing shall be read. The driver never reports it. NONE is no
     * choice: Netty 4.2 takes the descriptor out of epoll for it and cannot put it back.
     */
    private static final EpollIoOps NOTHING = EpollIoOps.EPOLLRDHUP;

    private static final int ENOENT = 2;
    private static final int EINTR = 4;

    private final FileDescriptor descriptor;
    private final Workbench bench;
    private final BufferPool pool;
    private final Runnable onGone;
    private final ByteBuffer[] gather = new ByteBuffer[2];
    private @Nullable FuseConnection connection;
    private @Nullable IoRegistration registration;
    private @Nullable PageBuffer next;
    private boolean isOutOfMemory;
    private boolean isPaused;
    private boolean isGone;

    /** Takes over {@code fd}; {@code onGone} runs on the loop once the kernel has unmounted it. */
    FuseDevice(int fd, Workbench bench, Runnable onGone) {
        this.descriptor = new FileDescriptor(fd);
        this.bench = bench;
        this.pool = bench.pool();
        this.onGone = onGone;
    }

    @Override
    public void serve(VolumeSession session, boolean resumed) {
        connection = new FuseConnection(session, pool, this);
        if (resumed) {
            connection.resume();
        }
        bench.loop()
                .loop()
                .register(this)
                .addListener(future -> {
                    registration = (IoRegistration) future.get();
                    listen();
                });
    }

    private void listen() {
        if (registration != null && !isGone) {
            boolean isReading = !isPaused && !isOutOfMemory;
            registration.submit(isReading ? EpollIoOps.EPOLLIN : NOTHING);
        }
    }

    @Override
    public void onTurnEnd() {
        if (connection == null || isGone) {
            return;
        }
        connection.retry();
        if (isOutOfMemory) {
            isOutOfMemory = false;
            listen();
        }
    }

    @Override
    public void setPaused(boolean paused) {
        isPaused = paused;
        listen();
    }

    @Override
    public int inFlight() {
        return connection == null ? 0 : connection.inFlight();
    }

    @Override
    public FileDescriptor fd() {
        return descriptor;
    }

    @Override
    public void handle(IoRegistration ready, IoEvent event) {
        bench.loop().guard(this::readSome);
        bench.loop().touch();
    }

    private void readSome() {
        for (int i = 0; i < MESSAGES_PER_TURN && !isGone && !isPaused; i++) {
            if (!readOne()) {
                return;
            }
        }
    }

    /** True if a message was taken, or there may be another. */
    private boolean readOne() {
        PageBuffer buffer = next != null ? next : pool.takeSpare(START + MESSAGE_BYTES_MAX);
        next = buffer;
        if (buffer == null) {
            isOutOfMemory = true;
            listen();
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
        } catch (Errors.NativeIoException e) {
            if (e.expectedErr() == -ENOENT || e.expectedErr() == -EINTR) {
                // The request was interrupted while it was about to be read: there is no message.
                return true;
            }
            end(e);
            return false;
        } catch (IOException e) {
            end(e);
            return false;
        }
    }

    /** A short message moves to a short buffer, so that few large ones serve many requests. */
    private void deliver(PageBuffer buffer, int bytes) {
        FuseConnection fuse = Check.present(connection, "a device that reads is served");
        PageBuffer small = bytes <= SMALL_BYTES ? pool.takeSpare(START + bytes) : null;
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
            // ENOENT: the request was interrupted meanwhile and nobody waits. EINVAL: this kernel
            // cannot send requests again.
            bench.log().debug("fuse-reply-refused", "fd", descriptor.intValue(), "reason", e);
        }
    }

    @Override
    public void onDestroyed() {
        bench.log().debug("fuse-destroyed", "fd", descriptor.intValue());
    }

    private void end(IOException reason) {
        bench.log().info("fuse-ended", "fd", descriptor.intValue(), "reason", reason);
        close();
        onGone.run();
    }

    @Override
    public void close() {
        if (isGone) {
            return;
        }
        isGone = true;
        if (next != null) {
            next.release();
            next = null;
        }
        if (registration != null) {
            registration.cancel();
            registration = null;
        }
        try {
            descriptor.close();
        } catch (IOException e) {
            bench.log().debug("fuse-close", "fd", descriptor.intValue(), "reason", e);
        }
    }
}
