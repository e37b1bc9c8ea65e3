package io.xsan.frontend.nbd;

import static io.xsan.frontend.nbd.NbdLayout.CMD_BLOCK_STATUS;
import static io.xsan.frontend.nbd.NbdLayout.CMD_CACHE;
import static io.xsan.frontend.nbd.NbdLayout.CMD_DISC;
import static io.xsan.frontend.nbd.NbdLayout.CMD_FLUSH;
import static io.xsan.frontend.nbd.NbdLayout.CMD_READ;
import static io.xsan.frontend.nbd.NbdLayout.CMD_TRIM;
import static io.xsan.frontend.nbd.NbdLayout.CMD_WRITE;
import static io.xsan.frontend.nbd.NbdLayout.CMD_WRITE_ZEROES;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.VolumeIo;
import io.xsan.engine.VolumeSession;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The second half of a connection: requests and replies. One request at a time is taken from the
 * stream and handed to the engine in parts of at most one large buffer; many are in the engine.
 *
 * <pre>
 *   HEADER --> ISSUE (READ, TRIM, ...: parts as limits allow) --> HEADER
 *     |  '---> PAYLOAD (WRITE: a part each time a buffer is full) --> HEADER
 *     '------> SKIP (payload of a refused WRITE) --> HEADER
 *   DISC, wrong magic, end of the session: ENDED, closed when the engine has answered all parts
 * </pre>
 */
final class NbdTransmission {
    private enum State {
        HEADER,
        ISSUE,
        PAYLOAD,
        SKIP,
        ENDED
    }

    /** Largest part; with its start's offset in the page it fits a large buffer. */
    private static final int PART_BYTES_MAX = Pages.BLOCK_BYTES;

    /** Largest part without data. */
    private static final int RANGE_BYTES_MAX = 1 << 30;

    /** What a transmission works with. */
    record Setup(NbdConfig config, NbdModes modes, NbdSink sink, BufferPool pool) {}

    private final NbdConfig config;
    private final NbdModes modes;
    private final NbdSink sink;
    private final Runnable onProgress;
    private final BufferPool pool;
    private final VolumeSession session;
    private final NbdReplies replies;
    private final ByteBuffer header;

    private State state = State.HEADER;
    private boolean isWritable = true;
    private boolean isClosed;
    private boolean isIssuing;
    private int requestsInFlight;
    private int partsInFlight;
    private int inFlightBytes;
    private long skipBytes;
    private @Nullable NbdRequest current;
    private @Nullable PageBuffer filling;
    private int fillingBytes;
    private int filledBytes;
    private @Nullable NbdRequest freeRequests;
    private @Nullable NbdPart freeParts;
    private @Nullable NbdStatusMap freeMaps;

    /** {@code onProgress} is called when an answer of the engine may let the connection go on. */
    NbdTransmission(Setup setup, VolumeSession session, Runnable onProgress) {
        this.config = setup.config();
        this.modes = setup.modes();
        this.sink = setup.sink();
        this.pool = setup.pool();
        this.onProgress = onProgress;
        this.session = session;
        this.replies = new NbdReplies(sink, modes);
        this.header =
                ByteBuffer.allocate(
                        modes.isExtended()
                                ? NbdLayout.EXTENDED_REQUEST_BYTES
                                : NbdLayout.REQUEST_BYTES);
    }

    /** Start of {@code offsetBytes} within its page. */
    static int offsetInPage(long offsetBytes) {
        return (int) (offsetBytes & (Pages.PAGE_BYTES - 1));
    }

    /**
     * True while it takes no bytes: a limit is reached, the client does not read, no buffer is
     * free, or it has ended. Goes on with what was waiting for that if it can.
     */
    boolean isWaiting() {
        return switch (state) {
            case HEADER -> !mayBegin();
            case PAYLOAD -> filling == null && !takeFilling();
            case SKIP -> false;
            case ISSUE -> {
                issue();
                yield state == State.ISSUE || (state == State.HEADER && !mayBegin());
            }
            case ENDED -> true;
        };
    }

    private boolean mayBegin() {
        return isWritable && requestsInFlight < config.requestsMax() && hasRoom(1);
    }

    private boolean hasRoom(int bytes) {
        return partsInFlight < config.requestsMax()
                && (inFlightBytes == 0 || inFlightBytes + bytes <= config.inFlightBytesMax());
    }

    /** Takes some bytes of what there is; not while {@link #isWaiting}. */
    void take(ByteBuffer bytes) {
        switch (state) {
            case HEADER -> {
                int count = Math.min(header.remaining(), bytes.remaining());
                header.put(header.position(), bytes, bytes.position(), count);
                header.position(header.position() + count);
                bytes.position(bytes.position() + count);
                if (!header.hasRemaining()) {
                    header.clear();
                    onHeader();
                }
            }
            case PAYLOAD -> fill(bytes);
            case SKIP -> {
                int count = (int) Math.min(skipBytes, bytes.remaining());
                bytes.position(bytes.position() + count);
                skipBytes -= count;
                endSkip();
            }
            case ISSUE, ENDED -> throw Check.unreachable("a waiting transmission takes nothing");
        }
    }

    private void onHeader() {
        int magic = modes.isExtended() ? NbdLayout.EXTENDED_REQUEST_MAGIC : NbdLayout.REQUEST_MAGIC;
        if (header.getInt(0) != magic) {
            end();
            return;
        }
        NbdRequest request = takeRequest();
        request.begin(header.getShort(6) & 0xffff, header.getShort(4) & 0xffff, header.getLong(8));
        request.offsetBytes = header.getLong(16);
        request.lengthBytes =
                modes.isExtended() ? header.getLong(24) : header.getInt(24) & 0xffffffffL;
        int error = NbdRules.check(request, modes, session);
        if (request.command == CMD_DISC) {
            freeRequest(request);
            end();
        } else if (error != 0) {
            refuse(request, error);
        } else {
            begin(request);
        }
    }

    private void refuse(NbdRequest request, int error) {
        request.fail(error);
        request.isIssued = true;
        long payloadBytes = NbdRules.payloadBytes(request, modes);
        if (payloadBytes < 0 || payloadBytes > NbdLayout.REQUEST_BYTES_MAX) {
            freeRequest(request);
            end();
            return;
        }
        current = request;
        skipBytes = payloadBytes;
        state = State.SKIP;
        endSkip();
    }

    private void endSkip() {
        if (skipBytes == 0) {
            NbdRequest refused = Check.present(current, "skips the payload of a request");
            current = null;
            state = State.HEADER;
            finish(refused);
        }
    }

    private void begin(NbdRequest request) {
        current = request;
        if (request.command == CMD_WRITE && request.lengthBytes > 0) {
            state = State.PAYLOAD;
        } else {
            state = State.ISSUE;
            issue();
        }
    }

    /** Hands over parts of the current request until it is whole or a limit is reached. */
    private void issue() {
        if (!isIssuing) {
            isIssuing = true;
            issueParts();
            isIssuing = false;
        }
    }

    private void issueParts() {
        while (state == State.ISSUE) {
            NbdRequest request = Check.present(current, "issues a request");
            boolean isOver =
                    switch (request.command) {
                        case CMD_READ -> issueRead(request);
                        case CMD_FLUSH -> issueFlush(request);
                        case CMD_TRIM -> issueRange(request, VolumeIo.Kind.TRIM);
                        case CMD_WRITE_ZEROES -> issueRange(request, VolumeIo.Kind.ZERO);
                        case CMD_BLOCK_STATUS -> issueMap(request);
                        case CMD_CACHE, CMD_WRITE -> endWithoutIo(request);
                        default -> throw Check.unreachable("command was checked");
                    };
            if (isOver) {
                return;
            }
        }
    }

    /** All of these return true where nothing more can be issued now. */
    private boolean endWithoutIo(NbdRequest request) {
        lastIssued(request);
        finish(request);
        return true;
    }

    private void lastIssued(NbdRequest request) {
        request.isIssued = true;
        current = null;
        if (state != State.ENDED) {
            state = State.HEADER;
        }
    }

    private boolean issueRead(NbdRequest request) {
        if (request.remainingBytes() == 0 || request.error != 0) {
            return endIfIdle(request);
        }
        int bytes = partBytes(request);
        boolean isInOrder = modes.isStructured() || request.parts == 0;
        if (!isInOrder || !isWritable || !hasRoom(bytes)) {
            return true;
        }
        long start = request.offsetBytes + request.issuedBytes;
        PageBuffer buffer = pool.takeSpare(bytes + offsetInPage(start));
        if (buffer == null) {
            return true;
        }
        submit(request, VolumeIo.Kind.READ, bytes, buffer);
        return current == null;
    }

    /** Ends a request all of whose parts were answered, or leaves that to the last of them. */
    private boolean endIfIdle(NbdRequest request) {
        lastIssued(request);
        if (request.parts == 0) {
            finish(request);
        }
        return true;
    }

    private static int partBytes(NbdRequest request) {
        int inPage = offsetInPage(request.offsetBytes + request.issuedBytes);
        return (int) Math.min(request.remainingBytes(), PART_BYTES_MAX - inPage);
    }

    private boolean issueFlush(NbdRequest request) {
        if (!hasRoom(0)) {
            return true;
        }
        request.lengthBytes = 0;
        submit(request, VolumeIo.Kind.FLUSH, 0, null);
        return true;
    }

    private boolean issueRange(NbdRequest request, VolumeIo.Kind kind) {
        if (request.remainingBytes() == 0 || request.error != 0) {
            return endIfIdle(request);
        }
        if (!hasRoom(0)) {
            return true;
        }
        int bytes = (int) Math.min(request.remainingBytes(), RANGE_BYTES_MAX);
        submit(request, kind, bytes, null);
        return current == null;
    }

    /** A request whose last part this is is no longer current when the engine gets it. */
    private void submit(
            NbdRequest request, VolumeIo.Kind kind, int bytes, @Nullable PageBuffer buffer) {
        NbdPart part = takePart();
        part.begin(kind, request, bytes, buffer);
        request.issuedBytes += bytes;
        request.parts++;
        partsInFlight++;
        inFlightBytes += buffer == null ? 0 : bytes;
        if (request.remainingBytes() == 0) {
            lastIssued(request);
        }
        session.submit(part);
    }

    private boolean issueMap(NbdRequest request) {
        NbdStatusMap map = freeMaps;
        if (map == null) {
            map = new NbdStatusMap(this);
        } else {
            freeMaps = map.nextFree;
        }
        map.begin(request);
        request.parts++;
        partsInFlight++;
        lastIssued(request);
        long lengthBytes = Math.min(request.lengthBytes, NbdStatusMap.RANGE_BYTES_MAX);
        session.map(request.offsetBytes, lengthBytes, map);
        return true;
    }

    private boolean takeFilling() {
        NbdRequest request = Check.present(current, "a WRITE is being received");
        int bytes = partBytes(request);
        if (!hasRoom(bytes)) {
            return false;
        }
        filling = pool.takeSpare(bytes + offsetInPage(request.offsetBytes + request.issuedBytes));
        fillingBytes = bytes;
        filledBytes = 0;
        return filling != null;
    }

    private void fill(ByteBuffer bytes) {
        NbdRequest request = Check.present(current, "a WRITE is being received");
        PageBuffer buffer = Check.present(filling, "payload lands in a buffer");
        int count = Math.min(fillingBytes - filledBytes, bytes.remaining());
        int inPage = offsetInPage(request.offsetBytes + request.issuedBytes);
        ByteBuffer target = buffer.bytes().clear();
        target.put(inPage + filledBytes, bytes, bytes.position(), count);
        bytes.position(bytes.position() + count);
        filledBytes += count;
        if (filledBytes == fillingBytes) {
            filling = null;
            submit(request, VolumeIo.Kind.WRITE, fillingBytes, buffer);
        }
    }

    /** A part has been answered by the engine. */
    void onPartDone(NbdPart part, ErrorCode status) {
        NbdRequest request = part.request();
        boolean isRead = part.kind == VolumeIo.Kind.READ;
        request.parts--;
        partsInFlight--;
        PageBuffer buffer = part.takeBuffer();
        if (status != ErrorCode.OK) {
            request.fail(NbdErrors.of(status));
        } else if (isRead && buffer != null && request.error == 0 && !isClosed) {
            replies.data(request, part, buffer, request.isDone());
        }
        if (buffer != null) {
            inFlightBytes -= part.lengthBytes;
            buffer.release();
        }
        part.nextFree = freeParts;
        freeParts = part;
        if (request.isDone()) {
            boolean isReplied = isRead && request.error == 0;
            if (isReplied) {
                freeRequest(request);
            } else {
                finish(request);
            }
        }
        closeIfEnded();
        progress();
    }

    private void progress() {
        if (!isIssuing && !isClosed) {
            onProgress.run();
        }
    }

    /** The map of a BLOCK_STATUS is known, or is not. */
    void onMapDone(NbdStatusMap map, NbdRequest request, ErrorCode status) {
        request.parts--;
        partsInFlight--;
        if (status == ErrorCode.OK && map.count() > 0 && !isClosed) {
            replies.status(request, map);
            freeRequest(request);
        } else {
            request.fail(status == ErrorCode.OK ? NbdErrors.EIO : NbdErrors.of(status));
            finish(request);
        }
        map.nextFree = freeMaps;
        freeMaps = map;
        closeIfEnded();
        progress();
    }

    /** Replies to a request without data and forgets it. */
    private void finish(NbdRequest request) {
        if (request.hasHeaderSent && !isClosed) {
            // A simple reply cannot take back the success that its header told.
            isClosed = true;
            state = State.ENDED;
            sink.abort();
        } else if (!isClosed) {
            replies.end(request, request.error);
        }
        freeRequest(request);
    }

    private NbdRequest takeRequest() {
        NbdRequest request = freeRequests;
        requestsInFlight++;
        if (request == null) {
            return new NbdRequest();
        }
        freeRequests = request.nextFree;
        return request;
    }

    private void freeRequest(NbdRequest request) {
        requestsInFlight--;
        request.nextFree = freeRequests;
        freeRequests = request;
    }

    private NbdPart takePart() {
        NbdPart part = freeParts;
        if (part == null) {
            return new NbdPart(this);
        }
        freeParts = part.nextFree;
        return part;
    }

    /** The client reads its replies, or does not. */
    void onWritable(boolean writable) {
        isWritable = writable;
    }

    /** Takes no more requests; closes when those in the engine are answered. */
    void end() {
        state = State.ENDED;
        if (filling != null) {
            filling.release();
            filling = null;
        }
        NbdRequest unfinished = current;
        current = null;
        if (unfinished != null) {
            unfinished.fail(NbdErrors.ESHUTDOWN);
            unfinished.isIssued = true;
            if (unfinished.parts == 0) {
                freeRequest(unfinished);
            }
        }
        closeIfEnded();
    }

    private void closeIfEnded() {
        if (state == State.ENDED && partsInFlight == 0 && !isClosed) {
            isClosed = true;
            sink.close();
        }
    }

    /** The connection is gone: nothing more is written. */
    void onClosed() {
        isClosed = true;
        end();
    }

    /** Unanswered requests. */
    int requestsInFlight() {
        return requestsInFlight;
    }
}
