package io.xsan.sim.net;

import io.xsan.base.ClusterId;
import io.xsan.base.memory.BufferPool;
import io.xsan.protocol.LinkLimits;
import io.xsan.sim.world.SimLane;
import io.xsan.sim.world.SimRandom;
import io.xsan.sim.world.SimWorld;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All wires between the nodes. A connection is made between each two living nodes that reach each
 * other, breaks by faults or by silence, and is made again once both ends know that the old one is
 * over: so nothing of an old connection arrives on or after a new one.
 */
public final class SimFabric {
    /** Longest time until an end notices that its peer is silent. */
    public static final long SILENCE_NANOS = LinkLimits.DEFAULT.silenceNanos();

    private static final long SELF_DELAY_NANOS = 2 * SimWorld.MICRO_NANOS;

    private final SimWorld world;
    private final SimRandom chance;
    private final ClusterId cluster;
    private final NetConditions conditions;
    private final TreeMap<Integer, SimNetwork> networks = new TreeMap<>();
    private final TreeMap<Integer, SimDirection> selves = new TreeMap<>();
    private final TreeMap<Long, SimConnection> connections = new TreeMap<>();
    private final TreeSet<Long> cuts = new TreeSet<>();
    private final TreeMap<Integer, Long> slowness = new TreeMap<>();

    /** Wires without nodes. */
    public SimFabric(SimWorld world, ClusterId cluster, NetConditions conditions) {
        this.world = world;
        this.chance = world.random("network");
        this.cluster = cluster;
        this.conditions = conditions;
    }

    /** The network for a new life of a node; its former life must be dead. */
    public SimNetwork attach(SimNetwork.Identity identity, SimLane lane, BufferPool pool) {
        SimNetwork network = new SimNetwork(this, cluster, identity, lane, pool);
        networks.put(identity.node(), network);
        return network;
    }

    void onStarted(int node) {
        SimNetwork network = network(node);
        SimDirection self = new SimDirection(world, node, network);
        selves.put(node, self);
        self.open();
        for (int peer : networks.keySet()) {
            connectSoon(node, peer);
        }
    }

    /** A node died: its peers learn of it by a reset or by silence. */
    public void onDeath(int node) {
        for (int peer : networks.keySet()) {
            breakLink(node, peer, chance.coin());
        }
    }

    private SimNetwork network(int node) {
        SimNetwork network = networks.get(node);
        if (network == null) {
            throw new IllegalArgumentException("no node " + node);
        }
        return network;
    }

    private static long pair(int a, int b) {
        return (long) Math.min(a, b) << 32 | Math.max(a, b);
    }

    private static long way(int from, int to) {
        return (long) from << 32 | to;
    }

    private void connectSoon(int a, int b) {
        if (a != b) {
            world.after(chance.delay(conditions.connectNanos()), () -> connect(a, b));
        }
    }

    private void connect(int a, int b) {
        SimNetwork low = network(Math.min(a, b));
        SimNetwork high = network(Math.max(a, b));
        if (!low.isStarted() || !high.isStarted()) {
            return;
        }
        SimConnection old = connections.get(pair(a, b));
        if (old != null && !old.isBroken()) {
            return;
        }
        boolean isCut = cuts.contains(way(a, b)) || cuts.contains(way(b, a));
        boolean isPaused = low.lane().isPaused() || high.lane().isPaused();
        if (isCut || isPaused || (old != null && !old.isOver())) {
            connectSoon(a, b);
            return;
        }
        SimConnection made = new SimConnection(world, Math.min(a, b), low, Math.max(a, b), high);
        connections.put(pair(a, b), made);
        made.rise(a, delay(a, b));
        made.rise(b, delay(a, b));
    }

    boolean isUp(int self, int node) {
        SimConnection connection = connections.get(pair(self, node));
        return connection != null && connection.isUpAt(self);
    }

    long incarnationOf(int self, int node) {
        if (self == node) {
            return network(self).incarnation();
        }
        SimConnection connection = connections.get(pair(self, node));
        return connection == null ? 0 : connection.incarnationBeyond(self);
    }

    void transmit(int from, int to, byte[] bytes) {
        if (from == to) {
            direction(selves.get(from)).transmit(bytes, SELF_DELAY_NANOS);
            return;
        }
        SimConnection connection = connections.get(pair(from, to));
        if (connection != null) {
            connection.transmit(from, bytes, delay(from, to));
        }
    }

    private static SimDirection direction(@Nullable SimDirection self) {
        if (self == null) {
            throw new IllegalStateException("the network was started");
        }
        return self;
    }

    private long delay(int from, int to) {
        long delay = chance.delay(conditions.delayNanos());
        if (chance.happens(conditions.slowPerMillion())) {
            delay += chance.between(0, 200 * SimWorld.MILLI_NANOS);
        }
        return delay + slowness.getOrDefault(from, 0L) + slowness.getOrDefault(to, 0L);
    }

    /**
     * Breaks the connection between two nodes: at once for both ({@code isReset}), or each end
     * notices by silence while the other may still think that it stands.
     */
    public void breakLink(int a, int b, boolean isReset) {
        SimConnection connection = connections.get(pair(a, b));
        if (a == b || connection == null || connection.isBroken()) {
            return;
        }
        if (chance.coin()) {
            connection.cutFrom(a);
        }
        if (chance.coin()) {
            connection.cutFrom(b);
        }
        long most = isReset ? 2 * conditions.delayNanos() : SILENCE_NANOS;
        connection.fall(chance.between(0, most), chance.between(0, most));
        connectSoon(a, b);
    }

    /** Nothing gets from one node to the other until {@link #heal}. */
    public void cut(int from, int to) {
        if (from == to || !cuts.add(way(from, to))) {
            return;
        }
        SimConnection connection = connections.get(pair(from, to));
        if (connection != null && !connection.isBroken()) {
            connection.cutFrom(from);
            connection.fall(chance.between(0, SILENCE_NANOS), chance.between(0, SILENCE_NANOS));
            connectSoon(from, to);
        }
    }

    /** Ends a cut. */
    public void heal(int from, int to) {
        cuts.remove(way(from, to));
    }

    /** Nothing arrives on this way for a while, then all of it. */
    public void clog(int from, int to, long nanos) {
        SimConnection connection = connections.get(pair(from, to));
        if (from != to && connection != null) {
            connection.clogFrom(from, nanos);
        }
    }

    /** All frames of a node take so much longer; 0 ends it. */
    public void slow(int node, long extraNanos) {
        slowness.put(node, extraNanos);
    }
}
