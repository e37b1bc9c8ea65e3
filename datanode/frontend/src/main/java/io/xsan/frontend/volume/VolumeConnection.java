package io.xsan.frontend.volume;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.Crc32c;
import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.VolumeIo;
import io.xsan.engine.VolumeSession;
import io.xsan.protocol.FrameFault;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameKind;
import org.jspecify.annotations.Nullable;

/**
 * One agent's session on one volume of this owner.
 *
 * <pre>
 *   NEW --VOLUME_HELLO--> OPENING --ready--> SERVING --dropped--> ENDED
 *                            '------refused--------------------------^
 * </pre>
 *
 * <p>Requests before VOLUME_READY, a second hello and other kinds are faults of the peer. The
 * number of requests is bounded by the credits of the link; reads wait for buffers of the pool.
 */
public final class VolumeConnection {
    private enum State {
        NEW,
        OPENING,
        SERVING,
        ENDED
    }

    private final VolumeLink link;
    private final BufferPool pool;
    private final Crc32c crc = new Crc32c();
    private final FrameHeader notice = new FrameHeader();
    private final FrameHeader hello = new FrameHeader();

    private State state = State.NEW;
    private boolean isGone;
    private @Nullable VolumeSession session;
    private @Nullable AgentIo free;
    private @Nullable AgentIo firstWaiting;
    private @Nullable AgentIo lastWaiting;
    private int requestsInFlight;

    /**
     * A connection of an agent whose link stands. Data of reads land in buffers of {@code pool}.
     */
    public VolumeConnection(VolumeLink link, BufferPool pool) {
        this.link = link;
        this.pool = pool;
    }

    /**
     * May the agent send that now? Called before the body is read; a fault ends the connection.
     * (The link has checked cluster, nodes, kinds and credits.)
     */
    public FrameFault onHeader(FrameHeader header) {
        boolean isHello = header.kind == FrameKind.VOLUME_HELLO;
        return switch (state) {
            case NEW -> isHello ? FrameFault.NONE : FrameFault.WRONG_STATE;
            case OPENING -> FrameFault.WRONG_STATE;
            case SERVING, ENDED -> isHello ? FrameFault.WRONG_STATE : FrameFault.NONE;
        };
    }

    /** A whole request that {@link #onHeader} let in; both are borrowed. */
    public void onFrame(FrameHeader header, @Nullable PageBuffer body) {
        Check.that(onHeader(header) == FrameFault.NONE, "request may come", header.kind.number());
        if (header.kind == FrameKind.VOLUME_HELLO) {
            onHello(header);
            return;
        }
        VolumeSession open = session;
        AgentIo io = takeIo(header);
        if (open == null) {
            answer(io, ErrorCode.SESSION_DROPPED);
        } else if (!isOfSession(header)) {
            answer(io, ErrorCode.IDENTITY_MISMATCH);
        } else {
            submit(open, io, body);
        }
    }

    private void onHello(FrameHeader header) {
        state = State.OPENING;
        hello.copyOf(header);
        link.connect(header.volume, header.generation, header.incarnation, new Listener());
    }

    private boolean isOfSession(FrameHeader header) {
        return header.volume == hello.volume
                && header.generation == hello.generation
                && header.incarnation == hello.incarnation;
    }

    private void submit(VolumeSession open, AgentIo io, @Nullable PageBuffer body) {
        FrameHeader request = io.header;
        io.kind = kindOf(request.kind);
        io.offsetBytes = request.block;
        io.lengthBytes = request.kind == FrameKind.VOLUME_FLUSH ? 0 : request.lengthBytes;
        io.mayTrim =
                request.kind == FrameKind.VOLUME_TRIM || request.has(FrameHeader.FLAG_MAY_TRIM);
        io.bufferOffsetBytes = 0;
        io.crcsValid = false;
        if (io.kind == VolumeIo.Kind.READ) {
            submitRead(open, io);
            return;
        }
        if (io.kind == VolumeIo.Kind.WRITE) {
            io.buffer = Check.present(body, "a write has data").retain();
            io.crcsValid = Pages.isAligned(io.offsetBytes) && Pages.isAligned(io.lengthBytes);
        }
        open.submit(io);
    }

    private static VolumeIo.Kind kindOf(FrameKind kind) {
        return switch (kind) {
            case VOLUME_READ -> VolumeIo.Kind.READ;
            case VOLUME_WRITE -> VolumeIo.Kind.WRITE;
            case VOLUME_FLUSH -> VolumeIo.Kind.FLUSH;
            case VOLUME_TRIM -> VolumeIo.Kind.TRIM;
            case VOLUME_ZERO -> VolumeIo.Kind.ZERO;
            default -> throw Check.unreachable("the link lets no other kind in");
        };
    }

    private void submitRead(VolumeSession open, AgentIo io) {
        int inPage = (int) (io.offsetBytes & (Pages.PAGE_BYTES - 1));
        // Where the range does not fit a block's buffer beside its page offset, it starts at 0.
        boolean fits = inPage + io.lengthBytes <= Pages.BLOCK_BYTES;
        io.bufferOffsetBytes = fits ? inPage : 0;
        PageBuffer buffer =
                firstWaiting == null || firstWaiting == io
                        ? pool.takeSpare(io.bufferOffsetBytes + io.lengthBytes)
                        : null;
        if (buffer == null) {
            if (firstWaiting != io) {
                enqueue(io);
            }
            return;
        }
        if (firstWaiting == io) {
            dequeue();
        }
        io.buffer = buffer;
        open.submit(io);
    }

    private void enqueue(AgentIo io) {
        if (lastWaiting == null) {
            firstWaiting = io;
        } else {
            lastWaiting.nextIo = io;
        }
        lastWaiting = io;
    }

    private @Nullable AgentIo dequeue() {
        AgentIo io = firstWaiting;
        if (io != null) {
            firstWaiting = io.nextIo;
            io.nextIo = null;
            if (firstWaiting == null) {
                lastWaiting = null;
            }
        }
        return io;
    }

    /** Ends a turn: goes on with reads that waited for buffers. */
    public void onTurnEnd() {
        AgentIo before = null;
        while (firstWaiting != null && firstWaiting != before && session != null) {
            before = firstWaiting;
            submitRead(session, firstWaiting);
        }
    }

    /** The connection is gone: nothing more is sent, the session ends. */
    public void onClosed() {
        isGone = true;
        state = State.ENDED;
        dropWaiting();
        if (session != null) {
            session.close();
            session = null;
        }
    }

    /** Requests not answered yet. */
    public int requestsInFlight() {
        return requestsInFlight;
    }

    private void dropWaiting() {
        for (AgentIo io = dequeue(); io != null; io = dequeue()) {
            answer(io, ErrorCode.SESSION_DROPPED);
        }
    }

    private AgentIo takeIo(FrameHeader header) {
        AgentIo io = free;
        if (io == null) {
            io = new AgentIo();
        } else {
            free = io.nextIo;
            io.nextIo = null;
        }
        requestsInFlight++;
        io.header.copyOf(header);
        return io;
    }

    private void answer(AgentIo io, ErrorCode status) {
        PageBuffer buffer = io.buffer;
        io.buffer = null;
        requestsInFlight--;
        if (!isGone) {
            boolean hasData = status == ErrorCode.OK && io.header.kind == FrameKind.VOLUME_READ;
            io.header.toAnswer(status);
            link.send(io.header, hasData ? buffer : null, hasData ? io.bufferOffsetBytes : 0);
        }
        if (buffer != null) {
            buffer.release();
        }
        io.nextIo = free;
        free = io;
    }

    /** A request in the engine; used again for others. */
    private final class AgentIo extends VolumeIo {
        final FrameHeader header = new FrameHeader();
        @Nullable AgentIo nextIo;

        @Override
        public void onDone(ErrorCode status) {
            if (kind == Kind.READ && status == ErrorCode.OK && !crcsValid) {
                stamp();
            }
            answer(this, status);
        }

        private void stamp() {
            PageBuffer data = Check.present(buffer, "a read has a buffer");
            if (bufferOffsetBytes == 0) {
                crc.stamp(data, 0, lengthBytes / Pages.PAGE_BYTES);
            }
        }
    }

    private void tell(FrameKind kind, ErrorCode status, long sizeBytes) {
        if (!isGone) {
            notice.copyOf(hello);
            notice.kind = kind;
            notice.status = status;
            notice.aux = sizeBytes;
            link.send(notice, null, 0);
        }
    }

    private final class Listener implements VolumeSession.Listener {
        @Override
        public void onReady(VolumeSession opened) {
            if (isGone) {
                opened.close();
                return;
            }
            session = opened;
            state = State.SERVING;
            notice.copyOf(hello).toAnswer(ErrorCode.OK);
            notice.aux = opened.sizeBytes();
            notice.lengthBytes = opened.sectorBytes();
            notice.flags = opened.isReadOnly() ? FrameHeader.FLAG_READ_ONLY : 0;
            link.send(notice, null, 0);
        }

        @Override
        public void onResized(long sizeBytes) {
            if (state == State.SERVING) {
                tell(FrameKind.VOLUME_RESIZED, ErrorCode.OK, sizeBytes);
            }
        }

        @Override
        public void onDropped(ErrorCode reason) {
            boolean wasServing = state == State.SERVING;
            state = State.ENDED;
            session = null;
            dropWaiting();
            if (isGone) {
                return;
            }
            if (wasServing) {
                tell(FrameKind.VOLUME_DROPPED, reason, 0);
            } else {
                notice.copyOf(hello).toAnswer(reason);
                link.send(notice, null, 0);
            }
            link.close();
        }
    }
}
