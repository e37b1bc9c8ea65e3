package io.xsan.sim.workload;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.engine.VolumeIo;
import io.xsan.engine.VolumeSession;
import io.xsan.frontend.agent.AgentLimits;
import io.xsan.frontend.agent.AgentVolume;
import io.xsan.frontend.agent.OwnerLink;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameKind;
import io.xsan.sim.cluster.SimCluster;
import io.xsan.sim.cluster.SimNode;
import io.xsan.sim.world.SimLane;
import io.xsan.sim.world.SimRandom;
import io.xsan.sim.world.SimWorld;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * An agent's process on a host: the real {@link AgentVolume}, over connections that carry real
 * frames to the real front end of the owner.
 */
final class SimAgent implements HostPath, OwnerLink, VolumeSession.Listener {
    private static final long TICK_NANOS = 10 * SimWorld.MILLI_NANOS;
    private static final long DIAL_NANOS = 5 * SimWorld.MILLI_NANOS;
    private static final int WRONG_NODE = 100_000;
    private static final PoolConfig POOL = new PoolConfig(0, 96, 0, 0, 4 << 20);

    private final SimWorld world;
    private final SimCluster cluster;
    private final SimRandom chance;
    private final SimHost.Config config;
    private final HostPath.Host host;
    private final VolumeUnits units;
    private final BufferPool pool = new BufferPool(POOL);
    private final SimLane lane;
    private final AgentVolume volume;
    private final ArrayDeque<HostRequest> waiting = new ArrayDeque<>();
    private @Nullable AgentWire wire;
    private long dials;
    private long sessions;

    SimAgent(
            SimWorld world,
            SimCluster cluster,
            SimRandom chance,
            SimHost.Config config,
            HostPath.Host host) {
        this.world = world;
        this.cluster = cluster;
        this.chance = chance;
        this.config = config;
        this.host = host;
        units = new VolumeUnits(config.volume().value(), config.unitBytes());
        lane = new SimLane(world, chance.split("turns"), this::endTurn);
        volume =
                new AgentVolume(
                        new AgentVolume.Target(config.volume().value(), config.attachment()),
                        this,
                        AgentLimits.DEFAULT,
                        this,
                        world.now());
    }

    @Override
    public void start(long sessionsBefore) {
        sessions = sessionsBefore;
        lane.post(TICK_NANOS, this::tick);
    }

    private void tick() {
        lane.post(TICK_NANOS, this::tick);
        serveWaiting();
    }

    private void endTurn() {
        volume.onTurnEnd(world.now());
    }

    int buffersLent() {
        return pool.lentCount();
    }

    @Override
    public void breakLink(boolean isSilent) {
        lane.post(0, () -> breakNow(isSilent));
    }

    @Override
    public void die() {
        lane.kill();
        disconnect();
    }

    @Override
    public void end() {
        lane.kill();
        pool.abandon();
    }

    @Override
    public long sessions() {
        return sessions;
    }

    private void breakNow(boolean isSilent) {
        AgentWire broken = wire;
        if (broken == null) {
            return;
        }
        if (isSilent) {
            world.probes().hit("agent.silence");
            broken.mute();
        } else {
            lost(broken);
        }
    }

    /** A connection has ended other than by this agent's wish. */
    void lost(AgentWire which) {
        if (which == wire) {
            disconnect();
            volume.onDisconnected(ErrorCode.NODE_UNREACHABLE);
        }
    }

    // What the real agent asks of its link.

    @Override
    public void connect(ErrorCode previous) {
        long dial = ++dials;
        lane.post(
                chance.delay(DIAL_NANOS),
                () -> {
                    if (dial == dials) {
                        dial();
                    }
                });
    }

    private void dial() {
        SimNode owner = cluster.ownerOf(config.volume());
        if (owner == null || chance.happens(WRONG_NODE)) {
            owner = cluster.node(1 + chance.below(cluster.nodes().size()));
        }
        if (owner.shard() == null) {
            volume.onDisconnected(ErrorCode.NODE_UNREACHABLE);
        } else {
            wire = new AgentWire(world, cluster.id(), chance.split("wire" + dials), this, owner);
        }
    }

    @Override
    public void disconnect() {
        dials++;
        AgentWire left = wire;
        wire = null;
        if (left != null) {
            left.leave();
        }
    }

    @Override
    public boolean canSend(FrameKind kind) {
        return wire != null && wire.canSend(kind);
    }

    @Override
    public void send(FrameHeader header, @Nullable PageBuffer body, int bodyOffsetBytes) {
        Check.present(wire, "a link stands").send(header, body, bodyOffsetBytes);
    }

    @Override
    public long newSessionId() {
        return ++sessions;
    }

    // What the connection tells.

    SimLane lane() {
        return lane;
    }

    BufferPool pool() {
        return pool;
    }

    void onConnected(AgentWire which) {
        if (which == wire) {
            volume.onConnected();
        }
    }

    void onFrame(AgentWire which, FrameHeader header, @Nullable PageBuffer body) {
        if (which != wire) {
            return;
        }
        if (header.kind == FrameKind.VOLUME_READY && header.status == ErrorCode.OK) {
            world.trace("session", config.volume().value(), config.attachment(), sessions);
            host.onSession(true);
        }
        volume.onFrame(header, body);
    }

    // What the real agent tells.

    @Override
    public void onReady(VolumeSession session) {
        Check.that(session.sectorBytes() <= config.unitBytes(), "units are whole sectors");
    }

    @Override
    public void onResized(long sizeBytes) {
        host.onResized(sizeBytes);
    }

    @Override
    public void onDropped(ErrorCode reason) {
        Check.that(false, "an attachment that exists is not ended", reason.number());
    }

    // Requests.

    @Override
    public void transmit(HostRequest request) {
        lane.post(
                0,
                () -> {
                    waiting.add(request);
                    serveWaiting();
                });
    }

    private void serveWaiting() {
        while (!waiting.isEmpty()) {
            HostRequest request = waiting.getFirst();
            PageBuffer buffer = null;
            if (request.op.kind() == VolumeIo.Kind.WRITE) {
                buffer = pool.take(request.op.units() * units.unitBytes());
                if (buffer == null) {
                    world.probes().hit("host.no-buffer");
                    return;
                }
                request.fill(buffer, units);
            }
            waiting.removeFirst();
            volume.submit(new Io(request, buffer));
        }
    }

    private final class Io extends VolumeIo {
        private final HostRequest request;
        private boolean isDone;

        Io(HostRequest request, @Nullable PageBuffer data) {
            this.request = request;
            kind = request.op.kind();
            offsetBytes = request.op.unit() * units.unitBytes();
            lengthBytes = request.op.units() * units.unitBytes();
            mayTrim = request.op.mayTrim();
            buffer = data;
        }

        @Override
        public void onDone(ErrorCode status) {
            Check.that(!isDone, "an I/O ends once");
            isDone = true;
            PageBuffer data = buffer;
            boolean isRead = kind == Kind.READ && status == ErrorCode.OK;
            long[] values = data != null && isRead ? request.values(data, units) : new long[0];
            if (data != null) {
                data.release();
            }
            buffer = null;
            host.onAnswer(request, status, values);
        }
    }
}
