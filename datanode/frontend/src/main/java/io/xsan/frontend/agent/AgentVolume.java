package io.xsan.frontend.agent;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.memory.Crc32c;
import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.VolumeIo;
import io.xsan.engine.VolumeSession;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameKind;
import io.xsan.protocol.FrameLayout;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An attached volume as the kernel side of an agent sees it: a session that outlives connections
 * and owners.
 *
 * <pre>
 *   RESTING --time--> CONNECTING --onConnected: new session, VOLUME_HELLO--> OPENING
 *      ^                                                                       |VOLUME_READY
 *      |                                                                       v
 *      '-- link lost, session dropped, owner has moved, refused --------------SERVING
 *   any --close, or refused for good--> ENDED
 * </pre>
 *
 * <p>On the way back to SERVING all requests without an answer are sent again in the order in which
 * they were submitted, before newer ones; answers to earlier sendings are ignored. The listener is
 * told onReady once, the first time it serves.
 */
public final class AgentVolume implements VolumeSession {
    /** The volume, and the attachment that gives the right to use it. */
    public record Target(long volumeId, long attachmentId) {}

    private enum State {
        RESTING,
        CONNECTING,
        OPENING,
        SERVING,
        ENDED
    }

    private static final FrameHeader BLANK = new FrameHeader();

    private final Target target;
    private final OwnerLink link;
    private final AgentLimits limits;
    private final Listener listener;
    private final AgentRequests requests = new AgentRequests();
    private final FrameHeader frame = new FrameHeader();
    private final Crc32c crc = new Crc32c();

    private State state = State.RESTING;
    private ErrorCode reason = ErrorCode.OK;
    private long sessionId;
    private long nowNanos;
    private long sinceNanos;
    private boolean isProven;
    private boolean isRefused;
    private long refusedSinceNanos;
    private boolean wasReady;
    private boolean isReadOnly;
    private long sizeBytes;
    private int sectorBytes;
    private long ignoredAnswers;
    private long resentRequests;

    /** Starts to look for the owner at once. {@code nowNanos} is the clock's. */
    public AgentVolume(
            Target target, OwnerLink link, AgentLimits limits, Listener listener, long nowNanos) {
        this.target = target;
        this.link = link;
        this.limits = limits;
        this.listener = listener;
        this.nowNanos = nowNanos;
        this.sinceNanos = nowNanos - limits.retryNanos();
    }

    private void enter(State next) {
        state = next;
        sinceNanos = nowNanos;
    }

    // What the kernel side calls.

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public int sectorBytes() {
        return sectorBytes;
    }

    @Override
    public boolean isReadOnly() {
        return isReadOnly;
    }

    /**
     * Takes one I/O, READ and WRITE of at most 4 MiB. A READ without a buffer is given the one its
     * data arrived in, which its onDone releases.
     */
    @Override
    public void submit(VolumeIo io) {
        if (state == State.ENDED) {
            io.onDone(reason);
        } else if (!isValid(io)) {
            io.onDone(ErrorCode.INVALID_PARAM);
        } else if (requests.count() == AgentRequests.REQUESTS_MAX) {
            io.onDone(ErrorCode.BUSY);
        } else {
            requests.add(io, nowNanos);
            sendWaiting();
        }
    }

    private static boolean isValid(VolumeIo io) {
        boolean isRange =
                io.lengthBytes > 0
                        && io.offsetBytes >= 0
                        && io.offsetBytes <= Long.MAX_VALUE - io.lengthBytes;
        return switch (io.kind) {
            case FLUSH -> true;
            case TRIM, ZERO -> isRange;
            case READ -> isRange && io.lengthBytes <= FrameLayout.DATA_BYTES_MAX;
            case WRITE ->
                    isRange && io.lengthBytes <= FrameLayout.DATA_BYTES_MAX && io.buffer != null;
        };
    }

    /** Everything may hold data: the owner is not asked. */
    @Override
    public void map(long offsetBytes, long lengthBytes, MapSink sink) {
        sink.run(lengthBytes, true);
        sink.onMapDone(ErrorCode.OK);
    }

    /** Ends now; requests without an answer end with SESSION_DROPPED. */
    @Override
    public void close() {
        if (state != State.ENDED) {
            end(ErrorCode.SESSION_DROPPED);
        }
    }

    /** True while the owner serves this volume. */
    public boolean isServing() {
        return state == State.SERVING;
    }

    /** Why the owner is looked for, or OK. */
    public ErrorCode reason() {
        return reason;
    }

    /** Requests waiting or unanswered. */
    public int requestsInFlight() {
        return requests.count();
    }

    /** Answers that came too late or twice. */
    public long ignoredAnswers() {
        return ignoredAnswers;
    }

    /** Requests sent more than once. */
    public long resentRequests() {
        return resentRequests;
    }

    // What the link calls.

    /** The link to the owner stands, with credits. */
    public void onConnected() {
        if (state != State.CONNECTING) {
            return;
        }
        enter(State.OPENING);
        sessionId = link.newSessionId();
        link.send(blank(FrameKind.VOLUME_HELLO), null, 0);
    }

    private FrameHeader blank(FrameKind kind) {
        frame.copyOf(BLANK);
        frame.kind = kind;
        frame.volume = target.volumeId();
        frame.generation = target.attachmentId();
        frame.incarnation = sessionId;
        return frame;
    }

    /** The link is gone or could not be made; {@code why} is shown to people. */
    public void onDisconnected(ErrorCode why) {
        if (state != State.ENDED && state != State.RESTING) {
            // An owner whose link breaks before it has answered anything is asked after a pause.
            rest(why, isProven);
        }
    }

    /** Lets everything wait and tries again, after a pause if it was not serving. */
    private void rest(ErrorCode why, boolean mayHurry) {
        boolean wasServing = state == State.SERVING;
        reason = why;
        enter(State.RESTING);
        if (wasServing && mayHurry) {
            // The owner has probably moved: the first attempt needs no pause.
            sinceNanos = nowNanos - limits.retryNanos();
        }
        requests.putAllBack();
    }

    private void breakOff(ErrorCode why) {
        link.disconnect();
        rest(why, true);
    }

    /** A frame of the link; both are borrowed. */
    public void onFrame(FrameHeader header, @Nullable PageBuffer body) {
        if (!isOfSession(header)) {
            ignoredAnswers++;
            return;
        }
        switch (header.kind) {
            case VOLUME_READY -> onReady(header);
            case VOLUME_RESIZED -> onResized(header.aux);
            case VOLUME_DROPPED -> breakOff(header.status);
            default -> onAnswer(header, body);
        }
    }

    private boolean isOfSession(FrameHeader header) {
        return (state == State.OPENING || state == State.SERVING)
                && header.volume == target.volumeId()
                && header.generation == target.attachmentId()
                && header.incarnation == sessionId;
    }

    private void onReady(FrameHeader header) {
        if (state != State.OPENING) {
            ignoredAnswers++;
        } else if (header.status == ErrorCode.OK) {
            serve(header);
        } else {
            onRefused(header.status);
        }
    }

    private void serve(FrameHeader header) {
        enter(State.SERVING);
        isProven = requests.count() == 0;
        reason = ErrorCode.OK;
        isRefused = false;
        sectorBytes = header.lengthBytes;
        isReadOnly = header.has(FrameHeader.FLAG_READ_ONLY);
        if (wasReady) {
            onResized(header.aux);
        } else {
            wasReady = true;
            sizeBytes = header.aux;
            listener.onReady(this);
        }
        sendWaiting();
    }

    private void onRefused(ErrorCode status) {
        boolean isForGood =
                status == ErrorCode.VOLUME_NOT_FOUND || status == ErrorCode.PERMISSION_DENIED;
        if (isForGood && !isRefused) {
            refusedSinceNanos = nowNanos;
        }
        isRefused = isForGood;
        if (isForGood && nowNanos - refusedSinceNanos >= limits.refusedNanos()) {
            end(status);
        } else {
            breakOff(status);
        }
    }

    private void onResized(long newSizeBytes) {
        if (newSizeBytes != sizeBytes) {
            sizeBytes = newSizeBytes;
            listener.onResized(newSizeBytes);
        }
    }

    private void onAnswer(FrameHeader header, @Nullable PageBuffer body) {
        AgentRequest request = requests.find(header.requestId);
        if (request == null || header.kind != request.frameKind().answer()) {
            ignoredAnswers++;
            return;
        }
        switch (header.status) {
            case SESSION_DROPPED, NOT_OWNER, EPOCH_FENCED, IDENTITY_MISMATCH, CLUSTER_NOT_READY ->
                    breakOff(header.status);
            case BUSY, NOMEM -> requests.putBack(request);
            default -> finish(request, header, body);
        }
    }

    private void finish(AgentRequest request, FrameHeader header, @Nullable PageBuffer body) {
        VolumeIo io = request.io();
        boolean hasData = io.kind == VolumeIo.Kind.READ && header.status == ErrorCode.OK;
        if (hasData && (body == null || header.lengthBytes != io.lengthBytes)) {
            breakOff(ErrorCode.READ_FAILED);
            return;
        }
        isProven = true;
        requests.remove(request);
        if (hasData) {
            land(io, Check.present(body, "data came with the answer"));
        }
        io.onDone(header.status);
    }

    private static void land(VolumeIo io, PageBuffer body) {
        PageBuffer buffer = io.buffer;
        if (buffer == null) {
            io.buffer = body.retain();
            io.bufferOffsetBytes = 0;
            io.crcsValid = true;
            return;
        }
        ByteBuffer target = buffer.bytes().clear();
        target.put(io.bufferOffsetBytes, body.bytes().clear(), 0, io.lengthBytes);
        io.crcsValid = Pages.isAligned(io.bufferOffsetBytes);
        int firstPage = io.bufferOffsetBytes / Pages.PAGE_BYTES;
        for (int i = 0; io.crcsValid && i < io.lengthBytes / Pages.PAGE_BYTES; i++) {
            buffer.setPageCrc(firstPage + i, body.pageCrc(i));
        }
    }

    // Time.

    /**
     * Ends a turn: sends what may be sent, and looks for the owner. To be called when idle, too.
     */
    public void onTurnEnd(long nowNanos) {
        this.nowNanos = nowNanos;
        switch (state) {
            case RESTING -> {
                if (nowNanos - sinceNanos >= limits.retryNanos()) {
                    enter(State.CONNECTING);
                    link.connect(reason);
                }
            }
            case OPENING -> {
                if (nowNanos - sinceNanos >= limits.greetNanos()) {
                    breakOff(ErrorCode.NETWORK_TIMEOUT);
                }
            }
            case SERVING -> sendWaiting();
            case CONNECTING, ENDED -> {}
        }
        if (state != State.SERVING && state != State.ENDED) {
            failHeldTooLong();
        }
    }

    private void failHeldTooLong() {
        AgentRequest oldest = requests.peek();
        if (oldest != null && nowNanos - oldest.submittedNanos >= limits.holdNanos()) {
            answerAll(requests.takeUntil(nowNanos - limits.holdNanos()), ErrorCode.NETWORK_TIMEOUT);
        }
    }

    private static void answerAll(List<VolumeIo> ended, ErrorCode status) {
        for (VolumeIo io : ended) {
            io.onDone(status);
        }
    }

    private void sendWaiting() {
        AgentRequest request = requests.peek();
        while (request != null && state == State.SERVING && link.canSend(request.frameKind())) {
            send(request);
            request = requests.peek();
        }
    }

    private void send(AgentRequest request) {
        VolumeIo io = request.io();
        resentRequests += request.sendings > 0 ? 1 : 0;
        requests.markSent(request);
        FrameHeader header = blank(request.frameKind());
        header.requestId = request.requestId;
        if (io.kind != VolumeIo.Kind.FLUSH) {
            header.block = io.offsetBytes;
            header.lengthBytes = io.lengthBytes;
        }
        boolean mayTrim = io.kind == VolumeIo.Kind.ZERO && io.mayTrim;
        header.flags = mayTrim ? FrameHeader.FLAG_MAY_TRIM : 0;
        if (io.kind == VolumeIo.Kind.WRITE) {
            stamp(io);
            link.send(header, io.buffer, io.bufferOffsetBytes);
        } else {
            link.send(header, null, 0);
        }
    }

    /** Data enter XSAN here: their checksums are made where they were not. */
    private void stamp(VolumeIo io) {
        if (!io.crcsValid && Pages.isAligned(io.bufferOffsetBytes)) {
            PageBuffer buffer = Check.present(io.buffer, "a write has a buffer");
            int firstPage = io.bufferOffsetBytes / Pages.PAGE_BYTES;
            crc.stamp(buffer, firstPage, io.lengthBytes / Pages.PAGE_BYTES);
            io.crcsValid = true;
        }
    }

    private void end(ErrorCode why) {
        boolean hasLink = state != State.RESTING && state != State.ENDED;
        reason = why;
        enter(State.ENDED);
        if (hasLink) {
            link.disconnect();
        }
        requests.putAllBack();
        answerAll(requests.takeUntil(nowNanos), why);
        listener.onDropped(why);
    }
}
