package io.xsan.sim.workload;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.engine.Shard;
import io.xsan.sim.cluster.SimCluster;
import io.xsan.sim.cluster.SimNode;
import io.xsan.sim.world.SimRandom;
import io.xsan.sim.world.SimWorld;
import org.jspecify.annotations.Nullable;

/** The simplest way: sessions of the engine without a protocol in between. */
final class DirectPath implements HostPath, HostPort.Host {
    private static final long RECONNECT_NANOS = 20 * SimWorld.MILLI_NANOS;
    private static final long LINK_DELAY_NANOS = 50 * SimWorld.MICRO_NANOS;
    private static final long SILENCE_NANOS = SimWorld.SECOND_NANOS;

    private final SimWorld world;
    private final SimRandom chance;
    private final SimCluster cluster;
    private final SimHost.Config config;
    private final HostPath.Host host;
    private @Nullable HostLink link;
    private @Nullable HostPort port;
    private boolean isConnecting;
    private boolean isDead;
    private long sessionId;

    DirectPath(
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
    }

    @Override
    public void start(long sessionsBefore) {
        sessionId = sessionsBefore;
        connectSoon();
    }

    @Override
    public void breakLink(boolean isSilent) {
        if (link != null) {
            link.hostGone();
            disconnected();
        }
    }

    @Override
    public void die() {
        isDead = true;
        if (link != null) {
            link.hostGone();
            link = null;
        }
    }

    @Override
    public void end() {
        // Its buffers are those of the owners.
    }

    @Override
    public long sessions() {
        return sessionId;
    }

    private void disconnected() {
        link = null;
        port = null;
        host.onLost();
        connectSoon();
    }

    private void connectSoon() {
        if (!isConnecting && link == null) {
            isConnecting = true;
            world.after(chance.delay(RECONNECT_NANOS), this::connect);
        }
    }

    private void connect() {
        isConnecting = false;
        if (isDead) {
            return;
        }
        SimNode owner = cluster.ownerOf(config.volume());
        Shard shard = owner == null ? null : owner.shard();
        if (owner == null || shard == null) {
            connectSoon();
            return;
        }
        HostLink made = new HostLink(world, chance, owner.lane(), LINK_DELAY_NANOS);
        HostPort itsPort =
                new HostPort(
                        made,
                        this,
                        owner.hostPool(),
                        world.probes(),
                        new VolumeUnits(config.volume().value(), config.unitBytes()));
        link = made;
        port = itsPort;
        long session = ++sessionId;
        made.toNode(() ->
                shard.connect(config.volume().value(), config.attachment(), session, itsPort));
        watch(made);
    }

    /** Notices within a while that the node died. */
    private void watch(HostLink watched) {
        world.after(
                chance.between(0, SILENCE_NANOS),
                () -> {
                    if (watched == link) {
                        if (watched.isNodeAlive()) {
                            watch(watched);
                        } else {
                            breakLink(false);
                        }
                    }
                });
    }

    @Override
    public void transmit(HostRequest request) {
        HostLink to = Check.present(link, "a ready host has a link");
        HostPort itsPort = Check.present(port, "a ready host has a port");
        to.toNode(() -> itsPort.arrive(request));
    }

    @Override
    public void onReady(long sizeBytes) {
        world.trace("session", config.volume().value(), config.attachment(), sessionId);
        host.onSession(false);
    }

    @Override
    public void onResized(long sizeBytes) {
        host.onResized(sizeBytes);
    }

    @Override
    public void onAnswer(HostRequest request, ErrorCode status, long[] values) {
        if (status != ErrorCode.SESSION_DROPPED) {
            host.onAnswer(request, status, values);
        }
    }

    @Override
    public void onDropped(ErrorCode reason) {
        world.trace("dropped", config.volume().value(), config.attachment(), reason.number());
        disconnected();
    }
}
