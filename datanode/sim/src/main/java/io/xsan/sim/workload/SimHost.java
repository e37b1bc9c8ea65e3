package io.xsan.sim.workload;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.VolumeId;
import io.xsan.engine.VolumeIo;
import io.xsan.sim.cluster.SimCluster;
import io.xsan.sim.world.SimRandom;
import io.xsan.sim.world.SimWorld;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A host with one attachment: keeps a session to the owner, sends its I/O as deep as it may, and
 * after a loss opens a new session and first sends again, in order, what was not answered.
 */
public final class SimHost implements HostPath.Host {
    /** What a host is. */
    public record Config(
            VolumeId volume,
            long attachment,
            int unitBytes,
            int depth,
            boolean isAgent,
            Set<ErrorCode> allowed) {}

    private static final int OVERLAPS_MAX = 5;
    private static final long BUSY_NANOS = 5 * SimWorld.MILLI_NANOS;

    private final SimWorld world;
    private final Config config;
    private final VolumeHistory history;
    private final HostStats stats;
    private final ArrayDeque<HostOp> todo = new ArrayDeque<>();
    private final LinkedHashSet<HostRequest> open = new LinkedHashSet<>();
    private final SimCluster cluster;
    private final List<HostPath> paths = new ArrayList<>();
    private HostPath path;
    private int lives;
    private boolean isAway;
    private boolean isNew;
    private boolean isReady;
    private boolean isStarted;
    private long valuesMade;

    /** A host that is attached and not connected. */
    public SimHost(
            SimWorld world,
            SimCluster cluster,
            Config config,
            VolumeHistory history,
            HostStats stats) {
        this.world = world;
        this.config = config;
        this.history = history;
        this.stats = stats;
        this.cluster = cluster;
        path = path(world.random("host" + config.attachment()));
    }

    private HostPath path(SimRandom chance) {
        HostPath made =
                config.isAgent()
                        ? new SimAgent(world, cluster, chance, config, this)
                        : new DirectPath(world, cluster, chance, config, this);
        paths.add(made);
        return made;
    }

    /** The run is over: gives the memory of all its lives back. */
    public void end() {
        paths.forEach(HostPath::end);
    }

    /** Adds I/O to do, in order of time. */
    public void add(List<HostOp> ops) {
        todo.addAll(ops);
        ops.forEach(op -> world.after(Math.max(0, op.atNanos() - world.now()), this::send));
        if (!isStarted) {
            isStarted = true;
            path.start(0);
        }
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

    /** See {@link HostPath#breakLink}. */
    public void breakLink(boolean isSilent) {
        path.breakLink(isSilent);
    }

    /** The host dies and forgets what was not answered; its next life begins later. */
    public void reboot(long awayNanos) {
        if (isAway || !isStarted) {
            return;
        }
        isAway = true;
        isReady = false;
        isNew = true;
        path.die();
        world.after(
                awayNanos,
                () -> {
                    isAway = false;
                    String name = "host" + config.attachment() + "." + ++lives;
                    long sessions = path.sessions();
                    path = path(world.random(name));
                    path.start(sessions);
                });
    }

    /** Ends what the host keeps open; its buffers are given back. */
    public int buffersLent() {
        return path instanceof SimAgent agent ? agent.buffersLent() : 0;
    }

    @Override
    public void onLost() {
        isReady = false;
    }

    @Override
    public void onSession(boolean isSentAgain) {
        isReady = true;
        stats.sessions++;
        open.forEach(request -> request.lose(history));
        if (isNew) {
            isNew = false;
            open.clear();
        }
        for (HostRequest request : open) {
            stats.sentAgain++;
            request.begin(history);
            if (!isSentAgain) {
                path.transmit(request);
            }
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
            request.begin(history);
            path.transmit(request);
        }
    }

    private long valueFor(HostOp op) {
        return op.kind() == VolumeIo.Kind.WRITE ? config.attachment() << 32 | ++valuesMade : 0;
    }

    @Override
    public void onResized(long sizeBytes) {
        world.trace("resized", config.volume().value(), sizeBytes, 0);
    }

    @Override
    public void onAnswer(HostRequest request, ErrorCode status, long[] values) {
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
            world.probes().hit("host.error-" + status.symbol());
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
}
