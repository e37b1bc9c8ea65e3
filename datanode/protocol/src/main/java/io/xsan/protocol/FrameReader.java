package io.xsan.protocol;

import static io.xsan.protocol.FrameLayout.HEADER_BYTES;
import static io.xsan.protocol.FrameLayout.PAGE_CRC_BYTES;

import io.xsan.base.Check;
import io.xsan.base.Pages;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.Crc32c;
import io.xsan.base.memory.PageBuffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Turns a stream of bytes, split anywhere, into verified frames. Data land in buffers of the pool,
 * each page verified against its checksum as soon as it is whole.
 *
 * <pre>
 *   HEADER --128 bytes--> [TABLE --n x 4--> DATA | BYTES] --> sink, HEADER
 * </pre>
 *
 * <p>Holds 4.2 KiB of its own, whatever is fed; memory for bodies comes from the pool alone, after
 * the sink has agreed to the header. The first fault is final. One shard per instance.
 *
 * <p>Data of hosts leave a part of the pool free: if host writes, which wait for the answers of
 * peers, could take the last buffer, two nodes that write to each other would stand still for ever,
 * each with the other's answer behind a data frame that it cannot take.
 */
public final class FrameReader implements AutoCloseable {
    /** Who gets the frames. */
    public interface Sink {
        /**
         * A header that keeps the rules, before any memory is taken for its body. Anything but NONE
         * ends the stream with that fault. {@code header} is borrowed for the call.
         */
        FrameFault onHeader(FrameHeader header);

        /**
         * A whole frame whose checksums are right. Both are borrowed for the call: retain {@code
         * body} to keep it. The body starts at its byte 0, with the checksums of its whole pages
         * set; null if the frame has none or an empty one.
         */
        void onFrame(FrameHeader header, @Nullable PageBuffer body);
    }

    /** What the reader waits for. */
    public enum Progress {
        /** All bytes were taken; more may come. */
        NEED_BYTES,
        /**
         * The pool had no buffer: bytes were left. Feed them again when the pool may have one, and
         * read no more of the connection until then.
         */
        NEED_BUFFER,
        /** The stream is not ours or is broken: close it. See {@link FrameReader#fault}. */
        FAULT
    }

    private enum Part {
        HEADER,
        TABLE,
        DATA,
        BYTES
    }

    private final BufferPool pool;
    private final Sink sink;
    private final Crc32c crc = new Crc32c();
    private final FrameCodec codec = new FrameCodec();
    private final FrameHeader header = new FrameHeader();
    private final ByteBuffer prefix =
            ByteBuffer.allocate(FrameLayout.PREFIX_BYTES_MAX).order(ByteOrder.LITTLE_ENDIAN);

    private Part part = Part.HEADER;
    private int partBytes = HEADER_BYTES;
    private int filledBytes;
    private @Nullable PageBuffer body;
    private FrameFault fault = FrameFault.NONE;

    /** A reader at the start of a stream. */
    public FrameReader(BufferPool pool, Sink sink) {
        this.pool = pool;
        this.sink = sink;
    }

    /**
     * Takes bytes from the position of {@code bytes} on, which may be of any order and any kind of
     * memory, and calls the sink for each frame that becomes whole.
     */
    public Progress feed(ByteBuffer bytes) {
        while (fault == FrameFault.NONE && bytes.hasRemaining()) {
            if (needsBuffer() && !takeBuffer()) {
                return Progress.NEED_BUFFER;
            }
            fill(bytes);
        }
        return fault == FrameFault.NONE ? Progress.NEED_BYTES : Progress.FAULT;
    }

    /** Why the stream ended, or NONE. */
    public FrameFault fault() {
        return fault;
    }

    /** True between frames: a stream that ends here ends well. */
    public boolean isBetweenFrames() {
        return part == Part.HEADER && filledBytes == 0;
    }

    /** Gives back the buffer of an unfinished frame. The reader takes nothing more. */
    @Override
    public void close() {
        if (fault == FrameFault.NONE) {
            fail(FrameFault.WRONG_STATE);
        }
    }

    private boolean needsBuffer() {
        return body == null && (part == Part.DATA || part == Part.BYTES);
    }

    private boolean takeBuffer() {
        boolean isOfHost = header.kind.number() >= FrameKind.VOLUME_HELLO.number();
        body = isOfHost ? pool.takeSpare(partBytes) : pool.take(partBytes);
        return body != null;
    }

    private void fill(ByteBuffer bytes) {
        int count = Math.min(bytes.remaining(), partBytes - filledBytes);
        ByteBuffer target = prefix;
        int targetOffset = filledBytes;
        if (body != null) {
            target = body.bytes();
            target.clear();
        } else if (part == Part.TABLE) {
            targetOffset += HEADER_BYTES;
        }
        target.put(targetOffset, bytes, bytes.position(), count);
        bytes.position(bytes.position() + count);
        int before = filledBytes;
        filledBytes += count;
        if (part == Part.DATA && !verifyPages(before)) {
            fail(FrameFault.PAYLOAD_CORRUPT);
        } else if (filledBytes == partBytes) {
            endPart();
        }
    }

    /** Verifies the pages that became whole since {@code before} bytes had been filled. */
    private boolean verifyPages(int before) {
        PageBuffer data = Check.present(body, "data land in a buffer");
        int page = before / Pages.PAGE_BYTES;
        while (page * Pages.PAGE_BYTES < filledBytes) {
            int start = page * Pages.PAGE_BYTES;
            int pageBytes = Math.min(Pages.PAGE_BYTES, partBytes - start);
            if (filledBytes < start + pageBytes) {
                return true;
            }
            int expected = prefix.getInt(HEADER_BYTES + page * PAGE_CRC_BYTES);
            if (crc.of(data, start, pageBytes) != expected) {
                return false;
            }
            data.setPageCrc(page, expected);
            page++;
        }
        return true;
    }

    private void endPart() {
        switch (part) {
            case HEADER -> endHeader();
            case TABLE -> endTable();
            case BYTES -> endBytes();
            case DATA -> deliver();
        }
    }

    private void endHeader() {
        FrameFault found = codec.decode(prefix, 0, header);
        if (found == FrameFault.NONE) {
            found = sink.onHeader(header);
        }
        if (found != FrameFault.NONE) {
            fail(found);
        } else if (!FrameCodec.hasBody(header) || header.bodyBytes == 0) {
            deliver();
        } else if (header.kind.body() == FrameKind.Body.DATA) {
            begin(Part.TABLE, FrameLayout.tableBytes(header.lengthBytes));
        } else {
            begin(Part.BYTES, header.bodyBytes);
        }
    }

    private void endTable() {
        if (crc.of(prefix, HEADER_BYTES, partBytes) != header.payloadCrc) {
            fail(FrameFault.PAYLOAD_CORRUPT);
        } else {
            begin(Part.DATA, header.lengthBytes);
        }
    }

    private void endBytes() {
        PageBuffer data = Check.present(body, "bytes land in a buffer");
        if (crc.of(data, 0, partBytes) != header.payloadCrc) {
            fail(FrameFault.PAYLOAD_CORRUPT);
        } else {
            deliver();
        }
    }

    private void begin(Part next, int bytes) {
        part = next;
        partBytes = bytes;
        filledBytes = 0;
    }

    private void deliver() {
        PageBuffer delivered = body;
        body = null;
        begin(Part.HEADER, HEADER_BYTES);
        try {
            sink.onFrame(header, delivered);
        } finally {
            if (delivered != null) {
                delivered.release();
            }
        }
    }

    private void fail(FrameFault found) {
        fault = found;
        if (body != null) {
            body.release();
            body = null;
        }
    }
}
