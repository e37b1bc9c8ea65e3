package io.xsan.frontend.fuse;

import static io.xsan.frontend.fuse.FuseLayout.IN_HEADER_BYTES;
import static io.xsan.frontend.fuse.FuseLayout.OUT_HEADER_BYTES;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.VolumeIo;
import io.xsan.engine.VolumeSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One FUSE connection that serves one volume as one file. Every message of the kernel is answered
 * exactly once, except those that the protocol leaves unanswered. Reads and writes of the volume go
 * to the session, in any number at a time up to what the kernel sends ({@link #BACKGROUND}); a
 * message that is malformed is answered with EPROTO and changes nothing.
 *
 * <p>The file's size follows the volume only when somebody truncates the file to the volume's size:
 * the kernel learns of growth by SETATTR alone, or it may keep an old size while writes are in
 * flight.
 *
 * <p>FSYNC needs no I/O of its own where the volume's writes are durable when answered; it is
 * passed on as FLUSH all the same, which the engine answers by its own rule.
 */
public final class FuseConnection {
    /** Largest write and read asked for by the kernel. */
    public static final int IO_BYTES_MAX = 1 << 20;

    /** Requests that the kernel may have pending at a time. */
    public static final int BACKGROUND = 128;

    /** Bytes of a message that come before the data of a write. */
    public static final int WRITE_HEAD_BYTES = FuseLayout.WRITE_DATA;

    private static final int REGULAR_FILE_0600 = 0100600;

    private final VolumeSession session;
    private final BufferPool pool;
    private final FuseSink sink;
    private final ByteBuffer head = ByteBuffer.allocateDirect(256).order(ByteOrder.LITTLE_ENDIAN);
    private final ArrayDeque<Request> free = new ArrayDeque<>(BACKGROUND);
    private final ArrayDeque<Request> waiting = new ArrayDeque<>();
    private long fileBytes;
    private int inFlight;

    /** A connection on a session that is ready. */
    public FuseConnection(VolumeSession session, BufferPool pool, FuseSink sink) {
        this.session = session;
        this.pool = pool;
        this.sink = sink;
        this.fileBytes = session.sizeBytes();
    }

    /** Asks the kernel to send again what an earlier worker did not answer. */
    public void resume() {
        beginReply(0, 0).putInt(FuseLayout.OUT_ERROR, FuseLayout.NOTIFY_RESEND);
        endReply(0);
    }

    /** Submits what waited for a buffer of the pool, as far as it has some; once a turn. */
    public void retry() {
        while (!waiting.isEmpty() && hasBuffer(waiting.peek())) {
            Request next = waiting.remove();
            inFlight++;
            session.submit(next);
        }
    }

    /** Requests that are not answered yet. */
    public int inFlight() {
        return inFlight + waiting.size();
    }

    /**
     * Takes one message of {@code lengthBytes} that starts at {@code startBytes} of {@code buffer}.
     * A reader that lets it start {@link #WRITE_HEAD_BYTES} before a page boundary spares writes a
     * copy. The buffer is retained as long as it is needed.
     */
    public void onMessage(PageBuffer buffer, int startBytes, int lengthBytes) {
        ByteBuffer in = buffer.bytes();
        if (lengthBytes < IN_HEADER_BYTES
                || in.getInt(startBytes + FuseLayout.IN_LENGTH) != lengthBytes) {
            return;
        }
        int opcode = in.getInt(startBytes + FuseLayout.IN_OPCODE);
        long unique = in.getLong(startBytes + FuseLayout.IN_UNIQUE);
        int argument = startBytes + IN_HEADER_BYTES;
        int argumentBytes = lengthBytes - IN_HEADER_BYTES;
        switch (opcode) {
            case FuseLayout.OP_INIT -> onInit(in, argument, argumentBytes, unique);
            case FuseLayout.OP_GETATTR -> replyAttributes(unique);
            case FuseLayout.OP_SETATTR -> onSetAttributes(in, argument, argumentBytes, unique);
            case FuseLayout.OP_OPEN -> onOpen(unique);
            case FuseLayout.OP_STATFS -> onStatistics(unique);
            case FuseLayout.OP_RELEASE, FuseLayout.OP_ACCESS -> replyStatus(unique, FuseErrno.NONE);
            case FuseLayout.OP_FLUSH, FuseLayout.OP_FSYNC -> submitFlush(unique);
            case FuseLayout.OP_READ -> onRead(in, argument, argumentBytes, unique);
            case FuseLayout.OP_WRITE -> onWrite(buffer, argument, argumentBytes, unique);
            case FuseLayout.OP_FALLOCATE -> onAllocate(in, argument, argumentBytes, unique);
            case FuseLayout.OP_DESTROY -> onDestroy(unique);
            // An interrupted request is simply answered when it ends; forgets need no answer.
            case FuseLayout.OP_INTERRUPT, FuseLayout.OP_FORGET, FuseLayout.OP_BATCH_FORGET -> {}
            default -> replyStatus(unique, FuseErrno.ENOSYS);
        }
    }

    private void onInit(ByteBuffer in, int argument, int argumentBytes, long unique) {
        if (argumentBytes < FuseLayout.INIT_IN_BYTES_MIN
                || in.getInt(argument + FuseLayout.INIT_MAJOR) != FuseLayout.MAJOR
                || in.getInt(argument + FuseLayout.INIT_MINOR) < FuseLayout.MINOR_MIN) {
            replyStatus(unique, FuseErrno.EPROTO);
            return;
        }
        int offered = in.getInt(argument + FuseLayout.INIT_FLAGS);
        int wanted =
                FuseLayout.FLAG_ASYNC_READ
                        | FuseLayout.FLAG_ASYNC_DIO
                        | FuseLayout.FLAG_MAX_PAGES
                        | FuseLayout.FLAG_INIT_EXT;
        boolean extended = (offered & FuseLayout.FLAG_INIT_EXT) != 0 && argumentBytes >= 20;
        int offered2 = extended ? in.getInt(argument + FuseLayout.INIT_FLAGS2) : 0;
        int readAhead = in.getInt(argument + FuseLayout.INIT_MAX_READAHEAD);
        int minor = Math.min(in.getInt(argument + FuseLayout.INIT_MINOR), FuseLayout.MINOR);
        ByteBuffer out = beginReply(unique, FuseLayout.INIT_OUT_BYTES);
        int at = OUT_HEADER_BYTES;
        out.putInt(at + FuseLayout.INIT_MAJOR, FuseLayout.MAJOR);
        out.putInt(at + FuseLayout.INIT_MINOR, minor);
        out.putInt(at + FuseLayout.INIT_MAX_READAHEAD, readAhead);
        out.putInt(at + FuseLayout.INIT_FLAGS, offered & wanted);
        out.putShort(at + FuseLayout.INIT_OUT_MAX_BACKGROUND, (short) BACKGROUND);
        out.putShort(at + FuseLayout.INIT_OUT_CONGESTION, (short) (BACKGROUND * 3 / 4));
        out.putInt(at + FuseLayout.INIT_OUT_MAX_WRITE, IO_BYTES_MAX);
        out.putInt(at + FuseLayout.INIT_OUT_TIME_GRANULARITY, 1);
        out.putShort(at + FuseLayout.INIT_OUT_MAX_PAGES, (short) (IO_BYTES_MAX / Pages.PAGE_BYTES));
        out.putInt(at + FuseLayout.INIT_OUT_FLAGS2, offered2 & FuseLayout.FLAG2_HAS_RESEND);
        endReply(FuseLayout.INIT_OUT_BYTES);
    }

    private void replyAttributes(long unique) {
        ByteBuffer out = beginReply(unique, FuseLayout.ATTR_OUT_BYTES);
        int at = OUT_HEADER_BYTES;
        out.putLong(at + FuseLayout.ATTR_INODE, 1);
        out.putLong(at + FuseLayout.ATTR_SIZE, fileBytes);
        out.putLong(at + FuseLayout.ATTR_BLOCKS, fileBytes / 512);
        out.putInt(at + FuseLayout.ATTR_MODE, REGULAR_FILE_0600);
        out.putInt(at + FuseLayout.ATTR_LINKS, 1);
        out.putInt(at + FuseLayout.ATTR_BLOCK_SIZE, Pages.PAGE_BYTES);
        endReply(FuseLayout.ATTR_OUT_BYTES);
    }

    private void onSetAttributes(ByteBuffer in, int argument, int argumentBytes, long unique) {
        if (argumentBytes < FuseLayout.SETATTR_IN_BYTES) {
            replyStatus(unique, FuseErrno.EPROTO);
            return;
        }
        int valid = in.getInt(argument + FuseLayout.SETATTR_VALID);
        if ((valid & FuseLayout.SETATTR_VALID_SIZE) != 0) {
            long asked = in.getLong(argument + FuseLayout.SETATTR_SIZE);
            if (asked != session.sizeBytes()) {
                replyStatus(unique, FuseErrno.EINVAL);
                return;
            }
            fileBytes = asked;
        }
        replyAttributes(unique);
    }

    private void onOpen(long unique) {
        ByteBuffer out = beginReply(unique, FuseLayout.OPEN_OUT_BYTES);
        out.putInt(OUT_HEADER_BYTES + FuseLayout.OPEN_OUT_FLAGS, FuseLayout.OPEN_DIRECT_IO);
        endReply(FuseLayout.OPEN_OUT_BYTES);
    }

    private void onStatistics(long unique) {
        ByteBuffer out = beginReply(unique, FuseLayout.STATFS_OUT_BYTES);
        out.putInt(OUT_HEADER_BYTES + FuseLayout.STATFS_BLOCK_SIZE, Pages.PAGE_BYTES);
        out.putInt(OUT_HEADER_BYTES + FuseLayout.STATFS_FRAGMENT_SIZE, Pages.PAGE_BYTES);
        out.putInt(OUT_HEADER_BYTES + FuseLayout.STATFS_NAME_LENGTH, 255);
        endReply(FuseLayout.STATFS_OUT_BYTES);
    }

    private void onRead(ByteBuffer in, int argument, int argumentBytes, long unique) {
        long offset = argumentBytes < 24 ? -1 : in.getLong(argument + FuseLayout.IO_OFFSET);
        int size = argumentBytes < 24 ? -1 : in.getInt(argument + FuseLayout.IO_SIZE);
        if (argumentBytes < FuseLayout.READ_IN_BYTES
                || offset < 0
                || size < 0
                || size > IO_BYTES_MAX) {
            replyStatus(unique, FuseErrno.EPROTO);
            return;
        }
        int length = (int) Math.max(0, Math.min(size, session.sizeBytes() - offset));
        if (length == 0) {
            replyStatus(unique, FuseErrno.NONE);
            return;
        }
        Request request = take(unique, VolumeIo.Kind.READ, offset, length);
        request.wantsBuffer = true;
        start(request);
    }

    private void onWrite(PageBuffer buffer, int argument, int argumentBytes, long unique) {
        ByteBuffer in = buffer.bytes();
        boolean isWhole = argumentBytes >= FuseLayout.WRITE_IN_BYTES;
        long offset = isWhole ? in.getLong(argument + FuseLayout.IO_OFFSET) : -1;
        int size = isWhole ? in.getInt(argument + FuseLayout.IO_SIZE) : -1;
        if (size <= 0 || size != argumentBytes - FuseLayout.WRITE_IN_BYTES || offset < 0) {
            replyStatus(unique, FuseErrno.EPROTO);
            return;
        }
        if (offset > session.sizeBytes() - size) {
            replyStatus(unique, FuseErrno.ENOSPC);
            return;
        }
        Request request = take(unique, VolumeIo.Kind.WRITE, offset, size);
        request.buffer = buffer.retain();
        request.bufferOffsetBytes = argument + FuseLayout.WRITE_IN_BYTES;
        start(request);
    }

    private void onAllocate(ByteBuffer in, int argument, int argumentBytes, long unique) {
        if (argumentBytes < FuseLayout.FALLOCATE_IN_BYTES) {
            replyStatus(unique, FuseErrno.EPROTO);
            return;
        }
        long offset = in.getLong(argument + FuseLayout.FALLOCATE_OFFSET);
        long length = in.getLong(argument + FuseLayout.FALLOCATE_LENGTH);
        int mode = in.getInt(argument + FuseLayout.FALLOCATE_MODE) & ~FuseLayout.MODE_KEEP_SIZE;
        boolean isInside = offset >= 0 && length > 0 && offset <= session.sizeBytes() - length;
        if (!isInside) {
            replyStatus(unique, FuseErrno.EINVAL);
        } else if (mode == FuseLayout.MODE_PUNCH_HOLE) {
            submitRange(unique, VolumeIo.Kind.TRIM, offset, length);
        } else if (mode == FuseLayout.MODE_ZERO_RANGE) {
            submitRange(unique, VolumeIo.Kind.ZERO, offset, length);
        } else {
            replyStatus(unique, FuseErrno.EOPNOTSUPP);
        }
    }

    private void submitRange(long unique, VolumeIo.Kind kind, long offset, long length) {
        int first = (int) Math.min(length, Request.RANGE_BYTES_MAX);
        Request request = take(unique, kind, offset, first);
        request.leftBytes = length - first;
        start(request);
    }

    private void submitFlush(long unique) {
        start(take(unique, VolumeIo.Kind.FLUSH, 0, 0));
    }

    private void onDestroy(long unique) {
        replyStatus(unique, FuseErrno.NONE);
        sink.onDestroyed();
    }

    private Request take(long unique, VolumeIo.Kind kind, long offset, int length) {
        Request request = free.isEmpty() ? new Request() : free.pop();
        request.unique = unique;
        request.kind = kind;
        request.offsetBytes = offset;
        request.lengthBytes = length;
        request.leftBytes = 0;
        request.wantsBuffer = false;
        // What the last use knew of its data says nothing about these.
        request.crcsValid = false;
        return request;
    }

    /** Submits the request, or lets it wait, in order, for a buffer of the pool. */
    private void start(Request request) {
        if (!waiting.isEmpty() || !hasBuffer(request)) {
            waiting.add(request);
            return;
        }
        inFlight++;
        session.submit(request);
    }

    private boolean hasBuffer(Request request) {
        if (request.wantsBuffer && request.buffer == null) {
            request.bufferOffsetBytes = (int) (request.offsetBytes % Pages.PAGE_BYTES);
            request.buffer = pool.takeSpare(request.bufferOffsetBytes + request.lengthBytes);
        }
        return !request.wantsBuffer || request.buffer != null;
    }

    private void onEnded(Request request, ErrorCode status) {
        inFlight--;
        if (status == ErrorCode.OK && request.leftBytes > 0) {
            request.advance();
            inFlight++;
            session.submit(request);
            return;
        }
        reply(request, status);
        request.dropBuffer();
        free.push(request);
        retry();
    }

    private void reply(Request request, ErrorCode status) {
        if (status != ErrorCode.OK) {
            replyStatus(request.unique, FuseErrno.of(status));
        } else if (request.kind == VolumeIo.Kind.READ) {
            ByteBuffer out = beginReply(request.unique, 0);
            out.putInt(FuseLayout.OUT_LENGTH, OUT_HEADER_BYTES + request.lengthBytes);
            sink.reply(out, request.buffer, request.bufferOffsetBytes, request.lengthBytes);
        } else if (request.kind == VolumeIo.Kind.WRITE) {
            ByteBuffer out = beginReply(request.unique, FuseLayout.WRITE_OUT_BYTES);
            out.putInt(OUT_HEADER_BYTES, request.lengthBytes);
            endReply(FuseLayout.WRITE_OUT_BYTES);
        } else {
            replyStatus(request.unique, FuseErrno.NONE);
        }
    }

    private void replyStatus(long unique, FuseErrno errno) {
        beginReply(unique, 0).putInt(FuseLayout.OUT_ERROR, -errno.number());
        endReply(0);
    }

    /** Clears the head and leaves room for an argument of {@code argumentBytes} zeros. */
    private ByteBuffer beginReply(long unique, int argumentBytes) {
        head.clear().limit(OUT_HEADER_BYTES + argumentBytes);
        for (int i = 0; i < OUT_HEADER_BYTES + argumentBytes; i++) {
            head.put(i, (byte) 0);
        }
        return head.putLong(FuseLayout.OUT_UNIQUE, unique);
    }

    private void endReply(int argumentBytes) {
        head.putInt(FuseLayout.OUT_LENGTH, OUT_HEADER_BYTES + argumentBytes);
        sink.reply(head, null, 0, 0);
    }

    private final class Request extends VolumeIo {
        static final int RANGE_BYTES_MAX = 1 << 30;

        private long unique;
        private long leftBytes;
        private boolean wantsBuffer;

        private void advance() {
            Check.that(leftBytes > 0, "a range is left", leftBytes);
            offsetBytes += lengthBytes;
            lengthBytes = (int) Math.min(leftBytes, RANGE_BYTES_MAX);
            leftBytes -= lengthBytes;
        }

        private void dropBuffer() {
            @Nullable PageBuffer held = buffer;
            buffer = null;
            if (held != null) {
                held.release();
            }
        }

        @Override
        public void onDone(ErrorCode status) {
            onEnded(this, status);
        }
    }
}
