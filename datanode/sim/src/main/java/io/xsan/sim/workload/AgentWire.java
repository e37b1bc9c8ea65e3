package io.xsan.sim.workload;

import io.xsan.base.Check;
import io.xsan.base.ClusterId;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.Shard;
import io.xsan.engine.VolumeSession;
import io.xsan.frontend.volume.VolumeConnection;
import io.xsan.frontend.volume.VolumeLink;
import io.xsan.protocol.FrameFault;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameKind;
import io.xsan.protocol.LinkLimits;
import io.xsan.protocol.LinkState;
import io.xsan.sim.cluster.SimNode;
import io.xsan.sim.world.SimRandom;
import io.xsan.sim.world.SimWorld;
import org.jspecify.annotations.Nullable;

/**
 * One connection of an agent to a life of a node: bytes in order both ways, the real link, reader
 * and front end at its ends. What the agent had sent may arrive after it has left.
 */
final class AgentWire {
    private static final long TICK_NANOS = 20 * SimWorld.MILLI_NANOS;
    private static final int RESET = 50_000;

    private final SimWorld world;
    private final SimRandom chance;
    private final SimAgent agent;
    private final Shard shard;
    private final AgentEnd agentSide;
    private final NodeEnd nodeSide;

    AgentWire(SimWorld world, ClusterId cluster, SimRandom chance, SimAgent agent, SimNode owner) {
        this.world = world;
        this.chance = chance;
        this.agent = agent;
        shard = Check.present(owner.shard(), "an owner that is dialed is up");
        LinkState.Self life = new LinkState.Self(cluster, owner.id(), owner.incarnation());
        agentSide =
                new AgentEnd(
                        LinkState.dialing(
                                new LinkState.Self(cluster, 0, 1 + chance.nextId() / 2),
                                LinkLimits.DEFAULT,
                                owner.id()),
                        new WireEnd.Place(world, chance.split("in"), agent.lane(), agent.pool()));
        nodeSide =
                new NodeEnd(
                        LinkState.accepting(life, LinkLimits.DEFAULT, 0),
                        new WireEnd.Place(world, chance.split("out"), owner.lane(), owner.pool()));
        agentSide.connect(nodeSide);
        nodeSide.connect(agentSide);
        agentSide.write(agentSide.link().hello(), null, 0);
        tick(agentSide);
        tick(nodeSide);
    }

    private void tick(WireEnd end) {
        end.lane()
                .post(
                        TICK_NANOS,
                        () -> {
                            if (end.isOpen()) {
                                end.tick();
                                tick(end);
                            }
                        });
    }

    boolean canSend(FrameKind kind) {
        return agentSide.link().canSend(kind);
    }

    void send(FrameHeader header, @Nullable PageBuffer body, int bodyOffsetBytes) {
        agentSide.send(header, body, bodyOffsetBytes);
    }

    /** The agent leaves: it hears nothing more; the node notices some time later. */
    void leave() {
        agentSide.close();
        long silence = LinkLimits.DEFAULT.silenceNanos();
        nodeSide.lane()
                .post(chance.between(0, chance.coin() ? silence : silence / 100), nodeSide::end);
    }

    /** From now on nothing gets through, and nobody is told. */
    void mute() {
        agentSide.mute();
        nodeSide.mute();
    }

    private final class AgentEnd extends WireEnd {
        AgentEnd(LinkState link, Place place) {
            super(link, place);
        }

        @Override
        FrameFault judge(FrameHeader header) {
            return FrameFault.NONE;
        }

        @Override
        void deliver(FrameHeader header, @Nullable PageBuffer body) {
            agent.onFrame(AgentWire.this, header, body);
        }

        @Override
        void onUp() {
            agent.onConnected(AgentWire.this);
        }

        @Override
        void onPumped() {}

        /** A dead process resets its connections, where its host still lives. */
        @Override
        void tick() {
            boolean isReset = !nodeSide.lane().isAlive() && chance.happens(RESET);
            if (isReset || !super.isTickGood()) {
                end();
            }
        }

        @Override
        void end() {
            agent.lost(AgentWire.this);
        }
    }

    private final class NodeEnd extends WireEnd implements VolumeLink {
        private final VolumeConnection connection;

        NodeEnd(LinkState link, Place place) {
            super(link, place);
            BufferPool pool = place.pool();
            connection = new VolumeConnection(this, pool);
        }

        @Override
        FrameFault judge(FrameHeader header) {
            return connection.onHeader(header);
        }

        @Override
        void deliver(FrameHeader header, @Nullable PageBuffer body) {
            world.trace(header.kind.name(), 0, header.targetNode, header.requestId);
            connection.onFrame(header, body);
        }

        @Override
        void onUp() {}

        @Override
        void onPumped() {
            connection.onTurnEnd();
        }

        @Override
        void tick() {
            connection.onTurnEnd();
            if (!isTickGood()) {
                end();
            }
        }

        @Override
        void end() {
            if (isOpen()) {
                super.close();
                connection.onClosed();
            }
        }

        /** The engine has dropped the session: what was not read is lost. */
        @Override
        public void close() {
            lane().post(0, this::end);
            agentSide.endAfterArrivals();
        }

        @Override
        public void connect(
                long volumeId, long attachmentId, long sessionId, VolumeSession.Listener listener) {
            shard.connect(volumeId, attachmentId, sessionId, listener);
        }
    }
}
