package io.xsan.engine.volume;

import io.xsan.base.ErrorCode;
import io.xsan.base.latency.LatencyCounter;
import io.xsan.base.memory.Crc32c;
import io.xsan.engine.ShardSetup;
import io.xsan.engine.ShardStatus;
import io.xsan.engine.VolumeIo;
import io.xsan.engine.VolumeSession;
import io.xsan.meta.image.AttachmentRecord;
import io.xsan.meta.image.VolumeRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The engine's side towards hosts: sessions, admission of I/O, time limits. */
public final class HostSide {
    private static final long SPACE_PAUSE_NANOS = 1_000_000_000L;

    private final VolumeEngine engine;
    private final Crc32c crc = new Crc32c();
    private final List<Session> sessions = new ArrayList<>();
    private final ArrayDeque<HostIo> freeIos = new ArrayDeque<>();
    private final ArrayDeque<HostRead> freeReads = new ArrayDeque<>();
    private final ArrayDeque<HostWrite> freeWrites = new ArrayDeque<>();
    private final List<HostWrite> allWrites = new ArrayList<>();
    private final List<HostIo> active = new ArrayList<>();
    private final ArrayDeque<HostIo> starved = new ArrayDeque<>();
    private final ArrayDeque<Waiting> admission = new ArrayDeque<>();
    private boolean isHandingOver;
    private long spaceUntilNanos;
    private boolean isOutOfSpace;
    private long reads;
    private long writes;
    private long readBytes;
    private long writtenBytes;
    private long errors;
    private long resyncedPages;
    private final LatencyCounter readLatency = new LatencyCounter();
    private final LatencyCounter writeLatency = new LatencyCounter();

    private record Waiting(Session session, VolumeIo io, long submittedNanos) {}

    HostSide(VolumeEngine engine) {
        this.engine = engine;
    }

    /** Opens a session; see {@link io.xsan.engine.Shard#connect}. */
    public void connect(long attachmentId, long sessionId, VolumeSession.Listener listener) {
        @Nullable AttachmentRecord attachment = attachment(attachmentId);
        if (attachment == null) {
            listener.onDropped(ErrorCode.PERMISSION_DENIED);
            return;
        }
        if (isHandingOver || engine.isEnded()) {
            listener.onDropped(ErrorCode.NOT_OWNER);
            return;
        }
        for (Session other : List.copyOf(sessions)) {
            if (other.attachmentId == attachmentId && other.sessionId > sessionId) {
                listener.onDropped(ErrorCode.SESSION_DROPPED);
                return;
            }
        }
        boolean isKept = engine.bugs().has(io.xsan.engine.Bug.SESSION_NOT_DROPPED);
        for (Session other : List.copyOf(sessions)) {
            if (other.attachmentId == attachmentId && other.sessionId < sessionId && !isKept) {
                drop(other, ErrorCode.SESSION_DROPPED);
            }
        }
        sessions.add(new Session(this, attachmentId, sessionId, attachment.readOnly(), listener));
        admitSessions();
    }

    private @Nullable AttachmentRecord attachment(long id) {
        for (AttachmentRecord attachment : record().attachments()) {
            if (attachment.id() == id) {
                return attachment;
            }
        }
        return null;
    }

    /**
     * A session becomes ready when the engine serves and no older one of its attachment is left.
     */
    private void admitSessions() {
        for (Session session : List.copyOf(sessions)) {
            if (!session.isReady && !session.isEnding && engine.isServing() && isAlone(session)) {
                session.isReady = true;
                session.listener.onReady(session);
            }
        }
    }

    private boolean isAlone(Session session) {
        if (engine.bugs().has(io.xsan.engine.Bug.SESSION_NOT_DROPPED)) {
            return true;
        }
        for (Session other : sessions) {
            if (other.attachmentId == session.attachmentId
                    && other.sessionId != session.sessionId) {
                return false;
            }
        }
        return true;
    }

    /** Refuses new I/O of a session; it is gone when its last I/O has ended. */
    void drop(Session session, ErrorCode reason) {
        if (!session.isEnding) {
            session.isEnding = true;
            session.endReason = reason == ErrorCode.OK ? ErrorCode.SESSION_DROPPED : reason;
            rejectWaiting(session);
            dropIfQuiet(session);
        }
    }

    private void rejectWaiting(Session session) {
        for (int left = admission.size(); left > 0; left--) {
            Waiting waiting = admission.remove();
            if (waiting.session == session) {
                session.underWay--;
                waiting.io.onDone(ErrorCode.SESSION_DROPPED);
            } else {
                admission.add(waiting);
            }
        }
    }

    private void dropIfQuiet(Session session) {
        if (session.isEnding && session.underWay == 0 && sessions.remove(session)) {
            session.listener.onDropped(session.endReason);
            admitSessions();
        }
    }

    void submit(Session session, VolumeIo io) {
        session.underWay++;
        ErrorCode refusal = refusal(session, io);
        if (refusal != ErrorCode.OK) {
            answer(session, io, refusal);
        } else if (io.kind == VolumeIo.Kind.FLUSH) {
            // Writes are durable when they are answered (rule 2): nothing is left to do.
            answer(session, io, ErrorCode.OK);
        } else if (isGated(io) || active.size() >= engine.limits().hostIosMax()) {
            admission.add(new Waiting(session, io, engine.now()));
        } else {
            begin(session, io, engine.now());
        }
    }

    private ErrorCode refusal(Session session, VolumeIo io) {
        if (io.kind == VolumeIo.Kind.FLUSH) {
            return ErrorCode.OK;
        }
        boolean isInside =
                io.offsetBytes >= 0
                        && io.lengthBytes > 0
                        && io.offsetBytes <= session.sizeBytes() - io.lengthBytes;
        if (!isInside) {
            return ErrorCode.INVALID_PARAM;
        }
        if (io.kind == VolumeIo.Kind.READ) {
            return ErrorCode.OK;
        }
        if (session.isReadOnly) {
            return ErrorCode.PERMISSION_DENIED;
        }
        boolean isFull = isOutOfSpace && engine.now() - spaceUntilNanos < 0;
        boolean isTrim = io.kind == VolumeIo.Kind.ZERO && io.mayTrim;
        boolean needsSpace = io.kind != VolumeIo.Kind.TRIM && !isTrim;
        return isFull && needsSpace ? ErrorCode.INSUFFICIENT_SPACE : ErrorCode.OK;
    }

    /** While a resync waits for its component to answer all, new writes wait (rule 9). */
    private boolean isGated(VolumeIo io) {
        return io.kind != VolumeIo.Kind.READ && isGateClosed();
    }

    private boolean isGateClosed() {
        List<Member> all = engine.members().all();
        for (int i = 0; i < all.size(); i++) {
            Resync resync = all.get(i).resync;
            if (resync != null && resync.isGate()) {
                return true;
            }
        }
        return false;
    }

    void onGateOpened() {
        admit();
    }

    private void begin(Session session, VolumeIo io, long submittedNanos) {
        HostIo hostIo = freeIos.isEmpty() ? new HostIo(this) : freeIos.pop();
        active.add(hostIo);
        hostIo.start(session, io, submittedNanos, engine.now());
    }

    /** Lets in what waited, in order, as far as gate and limit allow. */
    private void admit() {
        for (int left = admission.size(); left > 0; left--) {
            Waiting waiting = admission.peek();
            if (waiting == null
                    || active.size() >= engine.limits().hostIosMax()
                    || isGated(waiting.io)) {
                return;
            }
            admission.remove();
            begin(waiting.session, waiting.io, waiting.submittedNanos);
        }
    }

    void finish(HostIo hostIo, ErrorCode status) {
        active.remove(hostIo);
        VolumeIo io = hostIo.io;
        Session session = hostIo.session;
        hostIo.io = null;
        hostIo.session = null;
        freeIos.push(hostIo);
        if (io != null && session != null) {
            LatencyCounter latency = io.kind == VolumeIo.Kind.READ ? readLatency : writeLatency;
            latency.record(engine.now() - hostIo.submittedNanos);
            answer(session, io, status);
        }
        admit();
    }

    private void answer(Session session, VolumeIo io, ErrorCode status) {
        if (status == ErrorCode.OK) {
            count(io);
        } else {
            errors++;
        }
        session.underWay--;
        io.onDone(status);
        dropIfQuiet(session);
    }

    private void count(VolumeIo io) {
        if (io.kind == VolumeIo.Kind.READ) {
            reads++;
            readBytes += io.lengthBytes;
        } else if (io.kind != VolumeIo.Kind.FLUSH) {
            writes++;
            writtenBytes += io.lengthBytes;
        }
    }

    boolean canStartPiece() {
        return engine.exchanges().freeCount() > 2 * engine.limits().copiesMax() + 64;
    }

    void waitForSlots(HostIo hostIo) {
        starved.add(hostIo);
    }

    HostRead takeRead() {
        return freeReads.isEmpty() ? new HostRead(engine, this) : freeReads.pop();
    }

    void giveBack(HostRead read) {
        freeReads.push(read);
    }

    HostWrite takeWrite() {
        if (!freeWrites.isEmpty()) {
            return freeWrites.pop();
        }
        HostWrite write = new HostWrite(engine, this);
        allWrites.add(write);
        return write;
    }

    void giveBack(HostWrite write) {
        freeWrites.push(write);
    }

    void onSpaceRefused(long nowNanos) {
        isOutOfSpace = true;
        spaceUntilNanos = nowNanos + SPACE_PAUSE_NANOS;
    }

    void onServing() {
        admitSessions();
    }

    void onResized(long sizeBytes) {
        for (Session session : List.copyOf(sessions)) {
            if (session.isReady) {
                session.listener.onResized(sizeBytes);
            }
        }
    }

    void onStatesChanged() {
        admitSessions();
        admit();
    }

    /** Sessions of attachments that the metadata has ended are dropped. */
    void onAttachments(List<AttachmentRecord> attachments) {
        Set<Long> known = new LinkedHashSet<>();
        attachments.forEach(a -> known.add(a.id()));
        for (Session session : List.copyOf(sessions)) {
            if (!known.contains(session.attachmentId)) {
                drop(session, ErrorCode.PERMISSION_DENIED);
            }
        }
    }

    void onTick(long nowNanos) {
        for (int left = starved.size(); left > 0; left--) {
            starved.remove().retry();
        }
        for (HostIo hostIo : List.copyOf(active)) {
            boolean isHeldTooLong =
                    hostIo.io != null
                            && nowNanos - hostIo.startNanos > engine.limits().ioHoldNanos();
            if (isHeldTooLong) {
                fail(hostIo, ErrorCode.NETWORK_TIMEOUT);
            }
        }
        admit();
    }

    /** Tells the host; what is under way goes on and keeps its locks (rule 7). */
    private void fail(HostIo hostIo, ErrorCode reason) {
        VolumeIo io = hostIo.io;
        Session session = hostIo.session;
        hostIo.io = null;
        hostIo.session = null;
        if (io != null && session != null) {
            answer(session, io, reason);
        }
    }

    /** True if an I/O has waited longer than a component may take. */
    boolean isHolding() {
        long limit = engine.limits().componentTimeoutNanos();
        for (HostIo hostIo : active) {
            if (engine.now() - hostIo.startNanos > limit) {
                return true;
            }
        }
        return false;
    }

    /** True if I/O of hosts is under way. */
    boolean isBusy() {
        return !active.isEmpty();
    }

    /**
     * True once {@link #handOver} was asked for: this life is over, also if the volume comes back.
     */
    public boolean isHandingOver() {
        return isHandingOver;
    }

    /** Stops taking I/O, as the volume moves; true once nothing is under way. */
    public boolean handOver() {
        isHandingOver = true;
        for (Session session : List.copyOf(sessions)) {
            drop(session, ErrorCode.NOT_OWNER);
        }
        return active.isEmpty() && sessions.isEmpty();
    }

    void onEnded(ErrorCode reason) {
        ErrorCode told = reason == ErrorCode.OK ? ErrorCode.SESSION_DROPPED : reason;
        for (Session session : List.copyOf(sessions)) {
            session.isEnding = true;
            session.endReason = told;
        }
        while (!admission.isEmpty()) {
            Waiting waiting = admission.remove();
            answer(waiting.session, waiting.io, ErrorCode.SESSION_DROPPED);
        }
        for (HostIo hostIo : List.copyOf(active)) {
            fail(hostIo, ErrorCode.SESSION_DROPPED);
        }
        active.clear();
        for (Session session : List.copyOf(sessions)) {
            session.underWay = 0;
            dropIfQuiet(session);
        }
        allWrites.forEach(HostWrite::abandon);
    }

    void map(Session session, long offset, long length, VolumeSession.MapSink sink) {
        new MapRequest(engine, offset, length, sink).start();
    }

    ShardStatus.Engine status(
            ShardStatus.EngineState state, String reason, List<ShardStatus.Resync> resyncs) {
        return new ShardStatus.Engine(
                engine.volumeId().value(),
                engine.epoch(),
                state,
                reason,
                engine.stable(),
                sessions.size(),
                reads,
                writes,
                readBytes,
                writtenBytes,
                resyncs,
                new ShardStatus.Load(
                        admission.size(),
                        active.size(),
                        errors,
                        resyncedPages,
                        readLatency.snapshot(),
                        writeLatency.snapshot()),
                engine.scrubber().status());
    }

    void onCopied(int pages) {
        resyncedPages += pages;
    }

    VolumeRecord record() {
        return engine.record();
    }

    ShardSetup setup() {
        return engine.setup();
    }

    Crc32c crc() {
        return crc;
    }
}
