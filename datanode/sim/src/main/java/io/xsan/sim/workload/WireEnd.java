package io.xsan.sim.workload;

import io.xsan.base.Check;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.protocol.FrameFault;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameLayout;
import io.xsan.protocol.FrameReader;
import io.xsan.protocol.FrameWriter;
import io.xsan.protocol.LinkState;
import io.xsan.sim.world.SimLane;
import io.xsan.sim.world.SimRandom;
import io.xsan.sim.world.SimWorld;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection between an agent and a node: link, reader, writer, bytes on their way.
 */
abstract class WireEnd implements FrameReader.Sink {
    private static final long DELAY_NANOS = 50 * SimWorld.MICRO_NANOS;
    private static final long RETRY_NANOS = SimWorld.MILLI_NANOS;
    private static final int SPLIT_IN = 8;

    /** Where an end is. */
    record Place(SimWorld world, SimRandom chance, SimLane lane, BufferPool pool) {}

    private final LinkState link;
    private final Place place;
    private final FrameReader reader;
    private final FrameWriter writer = new FrameWriter();
    private final ByteBuffer prefix =
            ByteBuffer.allocate(FrameLayout.PREFIX_BYTES_MAX).order(ByteOrder.LITTLE_ENDIAN);
    private final ArrayDeque<ByteBuffer> arrived = new ArrayDeque<>();
    private @Nullable WireEnd peer;
    private long lastArrivalNanos;
    private boolean isOpen = true;
    private boolean isMute;
    private boolean isRetrying;

    WireEnd(LinkState link, Place place) {
        this.link = link;
        this.place = place;
        this.reader = new FrameReader(place.pool(), this);
    }

    void connect(WireEnd other) {
        peer = other;
    }

    LinkState link() {
        return link;
    }

    SimLane lane() {
        return place.lane();
    }

    boolean isOpen() {
        return isOpen;
    }

    abstract FrameFault judge(FrameHeader header);

    abstract void deliver(FrameHeader header, @Nullable PageBuffer body);

    abstract void onUp();

    abstract void onPumped();

    abstract void tick();

    /** The connection is over at this end; whoever uses it is told. */
    abstract void end();

    /** Nothing is read any more. */
    public void close() {
        if (isOpen) {
            isOpen = false;
            arrived.clear();
            reader.close();
        }
    }

    /** Nothing of what this end sends gets through any more. */
    void mute() {
        isMute = true;
    }

    /** Sends the pings of the link; false after too long a silence. */
    boolean isTickGood() {
        FrameHeader ping = link.onTick(place.world().now());
        if (ping != null) {
            write(ping, null, 0);
        }
        return !link.isEnded();
    }

    /** Sends a frame of the protocol above the link; nothing once the link has ended. */
    public void send(FrameHeader header, @Nullable PageBuffer body, int bodyOffsetBytes) {
        if (isOpen && link.isUp()) {
            FrameHeader copy = new FrameHeader().copyOf(header);
            link.onSend(copy);
            write(copy, body, bodyOffsetBytes);
        }
    }

    void write(FrameHeader header, @Nullable PageBuffer body, int bodyOffsetBytes) {
        int prefixBytes = writer.write(header, body, bodyOffsetBytes, prefix, 0);
        int dataBytes = FrameWriter.dataBytes(header);
        byte[] bytes = new byte[prefixBytes + dataBytes];
        prefix.get(0, bytes, 0, prefixBytes);
        if (body != null && dataBytes > 0) {
            body.bytes().clear().get(bodyOffsetBytes, bytes, prefixBytes, dataBytes);
        }
        if (!isMute) {
            Check.present(peer, "both ends are there").expect(bytes);
        }
    }

    /** Bytes set out for this end, in one piece or in two. */
    private void expect(byte[] bytes) {
        int cut = place.chance().below(SPLIT_IN) == 0 ? place.chance().below(bytes.length) : 0;
        if (cut > 0) {
            expect(ByteBuffer.wrap(bytes, 0, cut));
        }
        expect(ByteBuffer.wrap(bytes, cut, bytes.length - cut));
    }

    private void expect(ByteBuffer piece) {
        inOrder(() -> {
            if (isOpen) {
                arrived.add(piece);
                pump();
            }
        });
    }

    private void inOrder(Runnable action) {
        long now = place.world().now();
        lastArrivalNanos = Math.max(lastArrivalNanos, now + place.chance().delay(DELAY_NANOS));
        lane().post(lastArrivalNanos - now, action);
    }

    /** The other end has closed: this one learns of it after all that was sent. */
    void endAfterArrivals() {
        inOrder(() -> {
            if (isOpen) {
                end();
            }
        });
    }

    private void pump() {
        while (isOpen && !arrived.isEmpty()) {
            ByteBuffer head = arrived.getFirst();
            link.onBytes();
            FrameReader.Progress progress = reader.feed(head);
            if (progress == FrameReader.Progress.NEED_BUFFER) {
                retry();
                break;
            }
            if (progress == FrameReader.Progress.FAULT) {
                Check.that(!isOpen, "frames are right; fault", reader.fault().ordinal());
                break;
            }
            arrived.pollFirst();
        }
        if (isOpen) {
            onPumped();
        }
    }

    private void retry() {
        place.world().probes().hit("agent.pool-exhausted");
        if (!isRetrying) {
            isRetrying = true;
            lane().post(
                            RETRY_NANOS,
                            () -> {
                                isRetrying = false;
                                pump();
                            });
        }
    }

    @Override
    public FrameFault onHeader(FrameHeader header) {
        FrameFault fault = link.onHeader(header);
        return fault == FrameFault.NONE && !LinkState.isOfLink(header.kind) ? judge(header) : fault;
    }

    @Override
    public void onFrame(FrameHeader header, @Nullable PageBuffer body) {
        if (!isOpen) {
            return;
        }
        if (!LinkState.isOfLink(header.kind)) {
            deliver(header, body);
            return;
        }
        boolean wasUp = link.isUp();
        FrameHeader reply = link.onFrame(header);
        if (reply != null) {
            write(reply, null, 0);
        }
        if (!wasUp && link.isUp()) {
            onUp();
        }
    }
}
