package io.xsan.frontend.nbd;

import static io.xsan.frontend.nbd.NbdLayout.CHUNK_FLAG_DONE;

import io.xsan.base.memory.PageBuffer;
import java.nio.ByteBuffer;

/** Writes the replies of the transmission in the form that was negotiated. Allocates nothing. */
final class NbdReplies {
    private static final int HEADER_BYTES_MAX = 64;
    private static final int ERROR_BYTES = 6;

    private final NbdSink sink;
    private final NbdModes modes;
    private final ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES_MAX);

    NbdReplies(NbdSink sink, NbdModes modes) {
        this.sink = sink;
        this.modes = modes;
    }

    private void send() {
        sink.write(header.flip());
    }

    /** The end of a request without data: success, or {@code error}. */
    void end(NbdRequest request, int error) {
        header.clear();
        if (!needsChunk(request)) {
            simple(request, error);
        } else if (error == 0) {
            chunk(request, CHUNK_FLAG_DONE, NbdLayout.CHUNK_NONE, 0);
        } else {
            chunk(request, CHUNK_FLAG_DONE, NbdLayout.CHUNK_ERROR, ERROR_BYTES);
            header.putInt(error).putShort((short) 0);
        }
        send();
    }

    private boolean needsChunk(NbdRequest request) {
        return modes.isExtended()
                || (modes.isStructured()
                        && (request.command == NbdLayout.CMD_READ
                                || request.command == NbdLayout.CMD_BLOCK_STATUS));
    }

    private void simple(NbdRequest request, int error) {
        header.putInt(NbdLayout.SIMPLE_REPLY_MAGIC).putInt(error).putLong(request.cookie);
    }

    private void chunk(NbdRequest request, int flags, int type, long payloadBytes) {
        if (modes.isExtended()) {
            header.putInt(NbdLayout.EXTENDED_CHUNK_MAGIC);
            header.putShort((short) flags).putShort((short) type).putLong(request.cookie);
            header.putLong(request.offsetBytes).putLong(payloadBytes);
        } else {
            header.putInt(NbdLayout.CHUNK_MAGIC);
            header.putShort((short) flags).putShort((short) type).putLong(request.cookie);
            header.putInt((int) payloadBytes);
        }
    }

    /** A piece of the data of a READ; {@code isLast} ends a structured reply. */
    void data(NbdRequest request, NbdPart part, PageBuffer buffer, boolean isLast) {
        header.clear();
        if (modes.isStructured()) {
            int flags = isLast ? CHUNK_FLAG_DONE : 0;
            long payloadBytes = Long.BYTES + (long) part.lengthBytes;
            chunk(request, flags, NbdLayout.CHUNK_OFFSET_DATA, payloadBytes);
            header.putLong(part.offsetBytes);
            send();
        } else if (!request.hasHeaderSent) {
            request.hasHeaderSent = true;
            simple(request, 0);
            send();
        }
        sink.write(buffer, part.bufferOffsetBytes, part.lengthBytes);
    }

    /** The map of a range, which ends the request. */
    void status(NbdRequest request, NbdStatusMap map) {
        header.clear();
        int count = map.count();
        int entryBytes = modes.isExtended() ? 2 * Long.BYTES : 2 * Integer.BYTES;
        int fixedBytes = modes.isExtended() ? 2 * Integer.BYTES : Integer.BYTES;
        int type =
                modes.isExtended()
                        ? NbdLayout.CHUNK_BLOCK_STATUS_EXT
                        : NbdLayout.CHUNK_BLOCK_STATUS;
        chunk(request, CHUNK_FLAG_DONE, type, fixedBytes + (long) count * entryBytes);
        header.putInt(NbdLayout.ALLOCATION_CONTEXT_ID);
        if (modes.isExtended()) {
            header.putInt(count);
        }
        send();
        for (int i = 0; i < count; i++) {
            header.clear();
            int state = map.isData(i) ? 0 : NbdLayout.STATE_HOLE_AND_ZERO;
            if (modes.isExtended()) {
                header.putLong(map.lengthBytes(i)).putLong(state);
            } else {
                header.putInt((int) map.lengthBytes(i)).putInt(state);
            }
            send();
        }
    }
}
