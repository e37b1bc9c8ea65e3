package io.xsan.sim.workload;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.VolumeIo;
import io.xsan.engine.VolumeSession;
import io.xsan.sim.world.Probes;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The node's end of a host's connection: what a front end does. Turns requests into I/O of the
 * session in their order, waiting for buffers, and sends the answers back.
 */
final class HostPort implements VolumeSession.Listener {
    /** What the host is told, over the link. */
    interface Host {
        void onReady(long sizeBytes);

        void onResized(long sizeBytes);

        /** {@code values} has one entry per unit of a read that went well. */
        void onAnswer(HostRequest request, ErrorCode status, long[] values);

        void onDropped(ErrorCode reason);
    }

    private final HostLink link;
    private final Host host;
    private final BufferPool pool;
    private final Probes probes;
    private final HostPath.VolumeUnits units;
    private final ArrayDeque<HostRequest> waiting = new ArrayDeque<>();
    private @Nullable VolumeSession session;
    private boolean isDropped;
    private boolean isRetryQueued;

    HostPort(HostLink link, Host host, BufferPool pool, Probes probes, HostPath.VolumeUnits units) {
        this.link = link;
        this.host = host;
        this.pool = pool;
        this.probes = probes;
        this.units = units;
    }

    @Override
    public void onReady(VolumeSession itsSession) {
        Check.that(session == null && !isDropped, "a session is ready once, first");
        session = itsSession;
        long size = itsSession.sizeBytes();
        link.toHost(() -> host.onReady(size));
    }

    @Override
    public void onResized(long sizeBytes) {
        Check.that(session != null && !isDropped, "a live session is resized");
        link.toHost(() -> host.onResized(sizeBytes));
    }

    @Override
    public void onDropped(ErrorCode reason) {
        Check.that(!isDropped, "a session is dropped once");
        Check.that(inEngine == 0, "a session is dropped after its I/O has ended", inEngine);
        isDropped = true;
        waiting.clear();
        link.toHost(() -> host.onDropped(reason));
    }

    private int inEngine;

    /** A request arrives; what arrives after the end of the session is not served. */
    void arrive(HostRequest request) {
        if (!isDropped) {
            waiting.add(request);
            serve();
        }
    }

    private void serve() {
        while (!waiting.isEmpty() && session != null && !isDropped) {
            HostRequest request = waiting.getFirst();
            PageBuffer buffer = null;
            if (needsBuffer(request)) {
                buffer = pool.take(request.op.units() * units.unitBytes());
                if (buffer == null) {
                    probes.hit("host.no-buffer");
                    retry();
                    return;
                }
            }
            waiting.removeFirst();
            submit(session, request, buffer);
        }
    }

    private void retry() {
        if (!isRetryQueued) {
            isRetryQueued = true;
            link.retryOnNode(() -> {
                isRetryQueued = false;
                serve();
            });
        }
    }

    private static boolean needsBuffer(HostRequest request) {
        return request.op.kind() == VolumeIo.Kind.READ || request.op.kind() == VolumeIo.Kind.WRITE;
    }

    private void submit(VolumeSession to, HostRequest request, @Nullable PageBuffer buffer) {
        HostOp op = request.op;
        Io io = new Io(request);
        io.kind = op.kind();
        io.offsetBytes = op.unit() * units.unitBytes();
        io.lengthBytes = op.units() * units.unitBytes();
        io.mayTrim = op.mayTrim();
        io.buffer = buffer;
        if (op.kind() == VolumeIo.Kind.WRITE && buffer != null) {
            request.fill(buffer, units);
        }
        inEngine++;
        to.submit(io);
    }

    /** One I/O in the engine. */
    private final class Io extends VolumeIo {
        private final HostRequest request;
        private boolean isDone;

        Io(HostRequest request) {
            this.request = request;
        }

        @Override
        public void onDone(ErrorCode status) {
            Check.that(!isDone, "an I/O ends once");
            Check.that(!isDropped, "no I/O ends after its session was dropped");
            isDone = true;
            inEngine--;
            PageBuffer data = buffer;
            boolean isRead = kind == Kind.READ && status == ErrorCode.OK;
            long[] values = data != null && isRead ? request.values(data, units) : new long[0];
            if (data != null) {
                data.release();
            }
            buffer = null;
            link.toHost(() -> host.onAnswer(request, status, values));
        }
    }
}
