package io.xsan.sim.net;

import io.xsan.base.Check;
import io.xsan.base.memory.PageBuffer;
import io.xsan.protocol.FrameFault;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameReader;
import io.xsan.sim.world.SimWorld;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** One way of one connection: a queue of frames with times of arrival that never run backward. */
final class SimDirection implements FrameReader.Sink {
    private static final long RETRY_NANOS = SimWorld.MILLI_NANOS;

    private record InFlight(long arrivalNanos, ByteBuffer bytes) {}

    private final SimWorld world;
    private final int from;
    private final SimNetwork target;
    private final FrameReader reader;
    private final ArrayDeque<InFlight> frames = new ArrayDeque<>();
    private long lastArrivalNanos;
    private long clogUntilNanos;
    private boolean isOpen;
    private boolean isCut;

    SimDirection(SimWorld world, int from, SimNetwork target) {
        this.world = world;
        this.from = from;
        this.target = target;
        this.reader = new FrameReader(target.pool(), this);
    }

    /** The receiving end stands: frames may be delivered. */
    void open() {
        isOpen = true;
        pump();
    }

    /** The receiving end is gone: nothing is delivered any more. */
    void close() {
        isOpen = false;
        isCut = true;
        frames.clear();
        if (target.lane().isAlive()) {
            reader.close();
        }
    }

    /** From now on nothing arrives. */
    void cut() {
        isCut = true;
        frames.clear();
    }

    void clog(long nanos) {
        clogUntilNanos = Math.max(clogUntilNanos, world.now() + nanos);
    }

    void transmit(byte[] bytes, long delayNanos) {
        if (isCut) {
            return;
        }
        long arrival = Math.max(world.now() + delayNanos, clogUntilNanos);
        lastArrivalNanos = Math.max(lastArrivalNanos, arrival);
        frames.add(new InFlight(lastArrivalNanos, ByteBuffer.wrap(bytes)));
        target.lane().post(lastArrivalNanos - world.now(), this::pump);
    }

    private void pump() {
        while (isOpen && !isCut && !frames.isEmpty()) {
            InFlight head = frames.getFirst();
            long due = Math.max(head.arrivalNanos(), clogUntilNanos);
            if (due > world.now()) {
                if (due == clogUntilNanos) {
                    target.lane().post(due - world.now(), this::pump);
                }
                return;
            }
            FrameReader.Progress progress = reader.feed(head.bytes());
            if (progress == FrameReader.Progress.NEED_BUFFER) {
                world.probes().hit("net.pool-exhausted");
                target.lane().post(RETRY_NANOS, this::pump);
                return;
            }
            Check.that(
                    progress != FrameReader.Progress.FAULT,
                    "frames of peers are right; fault, sender",
                    reader.fault().ordinal(),
                    from);
            if (!frames.isEmpty()) {
                frames.removeFirst();
            }
        }
    }

    @Override
    public FrameFault onHeader(FrameHeader header) {
        return FrameFault.NONE;
    }

    @Override
    public void onFrame(FrameHeader header, @Nullable PageBuffer body) {
        world.trace(header.kind.name(), from, header.targetNode, header.requestId);
        target.receiver().onFrame(from, header, body);
    }
}
