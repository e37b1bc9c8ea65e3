package io.xsan.sim.workload;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.VolumeId;
import io.xsan.engine.Shard;
import io.xsan.engine.VolumeIo;
import io.xsan.sim.cluster.SimCluster;
import io.xsan.sim.cluster.SimNode;
import io.xsan.sim.world.SimRandom;
import io.xsan.sim.world.SimWorld;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A host with one attachment: keeps a session to the owner, sends its I/O as deep as it may, and
 * after a loss opens a new session and first sends again, in order, what was not answered.
 */
public final class SimHost implements HostPort.Host {
    /** What a host is. */
    public record Config(
            VolumeId volume, long attachment, int unitBytes, int depth, Set<ErrorCode> allowed) {}

    private static final int OVERLAPS_MAX = 5;
    private static final long BUSY_NANOS = 5 * SimWorld.MILLI_NANOS;
    private static final long RECONNECT_NANOS = 20 * SimWorld.MILLI_NANOS;
    private static final long LINK_DELAY_NANOS = 50 * SimWorld.MICRO_NANOS;
    private static final long SILENCE_NANOS = SimWorld.SECOND_NANOS;

    private final SimWorld world;
    private final SimRandom chance;
    private final SimCluster cluster;
    private final Config config;
    private final VolumeHistory history;
    private final HostStats stats;
    private final ArrayDeque<HostOp> todo = new ArrayDeque<>();
    private final LinkedHashSet<HostRequest> open = new LinkedHashSet<>();
    private @Nullable HostLink link;
    private @Nullable HostPort port;
    private boolean isReady;
    private boolean isConnecting;
    private long sessionId;
    private long valuesMade;

    /** A host that is attached and not connected. */
    public SimHost(
            SimWorld world,
            SimCluster cluster,
            Config config,
            VolumeHistory history,
            HostStats stats) {
        this.world = world;
        this.chance = world.random("host" + config.attachment());
        this.cluster = cluster;
        this.config = config;
        this.history = history;
        this.stats = stats;
    }

    /** Adds I/O to do, in order of time. */
    public void add(List<HostOp> ops) {
        todo.addAll(ops);
        ops.forEach(op -> world.after(Math.max(0, op.atNanos() - world.now()), this::send));
        connectSoon();
    }

    /** True when all I/O has been answered. */
    public boolean isIdle() {
        return todo.isEmpty() && open.isEmpty();
    }

    /** I/O not answered yet. */
    public int left() {
        return todo.size() + open.size();
    }

    /** What is sent and not answered, for people. */
    public String describe() {
        return (isReady ? "ready" : "not connected")
                + ", open "
                + open.stream().limit(3).map(r -> r.op.toString()).toList();
    }

    /** The connection breaks, as seen by the host; the node may notice later or never. */
    public void breakLink() {
        if (link != null) {
            link.hostGone();
            disconnected();
        }
    }

    private void disconnected() {
        link = null;
        port = null;
        isReady = false;
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
                        new HostPort.VolumeUnits(config.volume().value(), config.unitBytes()));
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
                            breakLink();
                        }
                    }
                });
    }

    @Override
    public void onReady(long sizeBytes) {
        isReady = true;
        stats.sessions++;
        world.trace("session", config.volume().value(), config.attachment(), sessionId);
        open.forEach(request -> request.lose(history));
        for (HostRequest request : open) {
            stats.sentAgain++;
            transmit(request);
        }
        send();
    }

    private void send() {
        while (isReady && open.size() < config.depth() && !todo.isEmpty()) {
            HostOp op = todo.getFirst();
            if (op.atNanos() > world.now()) {
                return;
            }
            if (history.busiest(op.unit(), op.units()) >= OVERLAPS_MAX) {
                world.after(BUSY_NANOS, this::send);
                return;
            }
            todo.removeFirst();
            HostRequest request = new HostRequest(op, valueFor(op), world.now());
            open.add(request);
            transmit(request);
        }
    }

    private long valueFor(HostOp op) {
        return op.kind() == VolumeIo.Kind.WRITE ? config.attachment() << 32 | ++valuesMade : 0;
    }

    private void transmit(HostRequest request) {
        HostLink to = Check.present(link, "a ready host has a link");
        HostPort itsPort = Check.present(port, "a ready host has a port");
        request.begin(history);
        to.toNode(() -> itsPort.arrive(request));
    }

    @Override
    public void onResized(long sizeBytes) {
        world.trace("resized", config.volume().value(), sizeBytes, 0);
    }

    @Override
    public void onAnswer(HostRequest request, ErrorCode status, long[] values) {
        if (status == ErrorCode.SESSION_DROPPED) {
            return;
        }
        Check.that(open.remove(request), "an answer is of an open request");
        world.trace("answer", request.op.kind().ordinal(), request.op.unit(), status.number());
        stats.longestNanos = Math.max(stats.longestNanos, world.now() - request.sentNanos);
        if (status != ErrorCode.OK) {
            Check.that(
                    config.allowed().contains(status),
                    "no I/O error; status, kind",
                    status.number(),
                    request.op.kind().ordinal());
            stats.failed++;
            request.lose(history);
        } else {
            stats.done++;
            if (request.op.isChange()) {
                request.done(history);
            } else {
                request.read(history, values);
            }
        }
        send();
    }

    @Override
    public void onDropped(ErrorCode reason) {
        world.trace("dropped", config.volume().value(), config.attachment(), reason.number());
        disconnected();
    }
}
