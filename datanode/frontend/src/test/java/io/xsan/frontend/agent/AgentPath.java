package io.xsan.frontend.agent;

import io.xsan.base.Check;
import io.xsan.base.ClusterId;
import io.xsan.base.ErrorCode;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.VolumeSession;
import io.xsan.frontend.volume.VolumeConnection;
import io.xsan.frontend.volume.VolumeLink;
import io.xsan.protocol.FrameFault;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameLayout;
import io.xsan.protocol.FrameReader;
import io.xsan.protocol.FrameWriter;
import io.xsan.protocol.LinkLimits;
import io.xsan.protocol.LinkState;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** One connection between an agent and an owner, as bytes in two pipes that deliver when told. */
final class AgentPath {
    private static final ClusterId CLUSTER = new ClusterId(1, 2);
    private static final LinkLimits LIMITS = new LinkLimits(6, 1000, 10, 50);

    /** The owner's engine. */
    interface Opener {
        void connect(long sessionId, VolumeSession.Listener listener);
    }

    private final End agent;
    private final End owner;
    private final VolumeConnection connection;
    private boolean isBroken;

    AgentPath(AgentVolume volume, Opener opener, BufferPool agentPool, BufferPool ownerPool) {
        agent =
                new End(
                        LinkState.dialing(new LinkState.Self(CLUSTER, 0, 5), LIMITS, 3),
                        agentPool) {
                    @Override
                    FrameFault judge(FrameHeader header) {
                        return FrameFault.NONE;
                    }

                    @Override
                    void deliver(FrameHeader header, @Nullable PageBuffer body) {
                        volume.onFrame(header, body);
                    }

                    @Override
                    void onUp() {
                        volume.onConnected();
                    }
                };
        owner =
                new End(
                        LinkState.accepting(new LinkState.Self(CLUSTER, 3, 6), LIMITS, 0),
                        ownerPool) {
                    @Override
                    FrameFault judge(FrameHeader header) {
                        return connection().onHeader(header);
                    }

                    @Override
                    void deliver(FrameHeader header, @Nullable PageBuffer body) {
                        connection().onFrame(header, body);
                    }

                    @Override
                    void onUp() {}
                };
        connection = new VolumeConnection(new OwnerSide(opener), ownerPool);
        agent.write(agent.link.hello(), null, 0);
    }

    private VolumeConnection connection() {
        return connection;
    }

    private final class OwnerSide implements VolumeLink {
        private final Opener opener;

        OwnerSide(Opener opener) {
            this.opener = opener;
        }

        @Override
        public void send(FrameHeader header, @Nullable PageBuffer body, int bodyOffsetBytes) {
            owner.send(header, body, bodyOffsetBytes);
        }

        @Override
        public void close() {
            owner.isClosing = true;
        }

        @Override
        public void connect(
                long volumeId, long attachmentId, long sessionId, VolumeSession.Listener listener) {
            opener.connect(sessionId, listener);
        }
    }

    /** What the agent sends. */
    void send(FrameHeader header, @Nullable PageBuffer body, int bodyOffsetBytes) {
        agent.send(header, body, bodyOffsetBytes);
    }

    LinkState agentLink() {
        return agent.link;
    }

    /** Moves some bytes; false if there are none, and the owner has closed. */
    boolean step(Random random) {
        if (isBroken) {
            return false;
        }
        if (random.nextBoolean()) {
            agent.moveTo(owner, random);
        } else {
            owner.moveTo(agent, random);
        }
        connection.onTurnEnd();
        return !(owner.isClosing && owner.out.size() == 0);
    }

    /** Cuts both ways: bytes in the pipes are lost. The owner may notice later. */
    void cut() {
        isBroken = true;
        agent.reader.close();
    }

    /** The owner notices. */
    void ownerNotices() {
        owner.reader.close();
        connection.onClosed();
    }

    /** What the owner had already received goes on, though the agent has left: a ghost. */
    void haunt(Random random) {
        agent.moveTo(owner, random);
    }

    private abstract static class End implements FrameReader.Sink {
        final LinkState link;
        final FrameReader reader;
        final FrameWriter writer = new FrameWriter();
        final ByteBuffer prefix =
                ByteBuffer.allocate(FrameLayout.PREFIX_BYTES_MAX).order(ByteOrder.LITTLE_ENDIAN);
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        boolean isClosing;

        End(LinkState link, BufferPool pool) {
            this.link = link;
            this.reader = new FrameReader(pool, this);
        }

        abstract FrameFault judge(FrameHeader header);

        abstract void deliver(FrameHeader header, @Nullable PageBuffer body);

        abstract void onUp();

        void send(FrameHeader header, @Nullable PageBuffer body, int bodyOffsetBytes) {
            FrameHeader copy = new FrameHeader().copyOf(header);
            link.onSend(copy);
            write(copy, body, bodyOffsetBytes);
        }

        void write(FrameHeader header, @Nullable PageBuffer body, int bodyOffsetBytes) {
            int length = writer.write(header, body, bodyOffsetBytes, prefix, 0);
            out.write(prefix.array(), 0, length);
            byte[] data = new byte[FrameWriter.dataBytes(header)];
            if (body != null) {
                body.bytes().clear().get(bodyOffsetBytes, data);
            }
            out.writeBytes(data);
        }

        @Override
        public FrameFault onHeader(FrameHeader header) {
            FrameFault fault = link.onHeader(header);
            return fault == FrameFault.NONE && !LinkState.isOfLink(header.kind)
                    ? judge(header)
                    : fault;
        }

        @Override
        public void onFrame(FrameHeader header, @Nullable PageBuffer body) {
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

        void moveTo(End target, Random random) {
            byte[] all = out.toByteArray();
            int count = Math.min(all.length, 1 + random.nextInt(6000));
            ByteBuffer piece = ByteBuffer.wrap(all, 0, count);
            FrameReader.Progress progress = target.reader.feed(piece);
            Check.that(
                    progress != FrameReader.Progress.FAULT
                            || target.reader.fault() == FrameFault.WRONG_STATE,
                    "streams are whole");
            ByteArrayOutputStream kept = new ByteArrayOutputStream();
            kept.write(all, piece.position(), all.length - piece.position());
            byte[] later = out.toByteArray();
            out.reset();
            out.writeBytes(kept.toByteArray());
            out.write(later, all.length, later.length - all.length);
        }
    }

    static ErrorCode lost() {
        return ErrorCode.NODE_UNREACHABLE;
    }
}
