package io.xsan.sim.run;

import io.xsan.sim.cluster.SimCluster;
import io.xsan.sim.cluster.SimNode;
import io.xsan.sim.disk.DiskFaultRates;
import io.xsan.sim.world.SimWorld;
import java.util.List;

/** Makes the faults of a scenario happen and end, and ends all that is left at the end. */
final class FaultDriver {
    /** What is done to hosts and volumes. */
    interface Targets {
        void breakHost(int host, boolean isSilent);

        void move(int volume, int node);

        void grow(int volume, long bytes);

        void relocate(int volume, long choice);
    }

    private final SimWorld world;
    private final SimCluster cluster;
    private final Targets targets;
    private boolean isOver;

    FaultDriver(SimWorld world, SimCluster cluster, Targets targets) {
        this.world = world;
        this.cluster = cluster;
        this.targets = targets;
    }

    void schedule(List<Fault> faults) {
        for (Fault fault : faults) {
            world.after(Math.max(0, fault.atNanos() - world.now()), () -> begin(fault));
        }
    }

    private void begin(Fault fault) {
        if (isOver) {
            return;
        }
        world.trace(fault.kind().name(), fault.a(), fault.b(), fault.lastsNanos());
        world.probes().hit("fault." + fault.kind().name());
        switch (fault.kind()) {
            case KILL -> down(node(fault), false, fault.lastsNanos());
            case POWER_CUT -> down(node(fault), true, fault.lastsNanos());
            case LYING_DISK -> lie(fault);
            case POWER_CUT_ALL ->
                    cluster.nodes().forEach(node -> down(node, true, fault.lastsNanos()));
            case PAUSE -> node(fault).pause(fault.lastsNanos());
            case SLOW_DISK, STUCK_DISK, FULL_DISK, SYNC_ERROR, BAD_DISK -> beginDisk(fault);
            case NO_QUORUM -> {
                cluster.consensus().quorum(false);
                later(fault, () -> cluster.consensus().quorum(true));
            }
            case META_CUT -> {
                cluster.consensus().reach(fault.a(), false);
                later(fault, () -> cluster.consensus().reach(fault.a(), true));
            }
            case HOST_BREAK -> targets.breakHost(fault.a(), fault.amount() == 1);
            case MOVE -> targets.move(fault.a(), fault.b());
            case RESIZE -> targets.grow(fault.a(), fault.amount());
            case RELOCATE -> targets.relocate(fault.a(), fault.amount());
            case BREAK_LINK, CUT_ONE_WAY, CUT, ISOLATE, CLOG, SLOW_NETWORK -> beginNet(fault);
        }
    }

    private void beginNet(Fault fault) {
        int a = fault.a();
        switch (fault.kind()) {
            case BREAK_LINK -> cluster.fabric().breakLink(a, fault.b(), fault.amount() == 1);
            case CUT_ONE_WAY -> {
                cluster.fabric().cut(a, fault.b());
                later(fault, () -> cluster.fabric().heal(a, fault.b()));
            }
            case CUT -> cutBoth(fault, a, fault.b());
            case ISOLATE -> {
                cluster.nodes().forEach(node -> cutBoth(fault, a, node.id()));
                if (fault.amount() == 1) {
                    cluster.consensus().reach(a, false);
                    later(fault, () -> cluster.consensus().reach(a, true));
                }
            }
            case CLOG -> cluster.fabric().clog(a, fault.b(), fault.lastsNanos());
            case SLOW_NETWORK -> {
                cluster.fabric().slow(a, fault.amount());
                later(fault, () -> cluster.fabric().slow(a, 0));
            }
            default -> throw new IllegalArgumentException("not of the network: " + fault);
        }
    }

    private void cutBoth(Fault fault, int a, int b) {
        cluster.fabric().cut(a, b);
        cluster.fabric().cut(b, a);
        later(
                fault,
                () -> {
                    cluster.fabric().heal(a, b);
                    cluster.fabric().heal(b, a);
                });
    }

    private void beginDisk(Fault fault) {
        SimNode node = node(fault);
        switch (fault.kind()) {
            case SLOW_DISK -> {
                node.slowDisk(fault.amount());
                later(fault, () -> node.slowDisk(0));
            }
            case STUCK_DISK -> {
                node.disk().stick(true);
                later(fault, () -> node.disk().stick(false));
            }
            case FULL_DISK -> {
                node.disk().fill(true);
                later(fault, () -> node.disk().fill(false));
            }
            case SYNC_ERROR -> node.disk().failNextSyncs(1);
            case BAD_DISK -> {
                int rate = (int) fault.amount();
                node.faultRates(new DiskFaultRates(rate, rate, rate / 4, rate / 4, 0, 0));
                later(fault, () -> node.faultRates(DiskFaultRates.NONE));
            }
            default -> throw new IllegalArgumentException("not of a disk: " + fault);
        }
    }

    private void lie(Fault fault) {
        SimNode node = node(fault);
        node.disk().lie(true);
        later(
                fault,
                () -> {
                    if (!isOver) {
                        down(node, true, fault.amount());
                    }
                    node.disk().lie(false);
                });
    }

    private SimNode node(Fault fault) {
        return cluster.node(fault.a());
    }

    private void later(Fault fault, Runnable end) {
        world.after(fault.lastsNanos(), end);
    }

    private void down(SimNode node, boolean isPower, long lastsNanos) {
        node.crash(isPower);
        world.after(lastsNanos, node::start);
    }

    /** Nothing goes wrong any more; what is broken is put right. */
    void stop() {
        isOver = true;
        world.trace("faults-end", 0, 0, 0);
        cluster.consensus().quorum(true);
        for (SimNode node : cluster.nodes()) {
            cluster.consensus().reach(node.id(), true);
            cluster.fabric().slow(node.id(), 0);
            cluster.nodes().forEach(other -> cluster.fabric().heal(node.id(), other.id()));
            node.slowDisk(0);
            node.faultRates(DiskFaultRates.NONE);
            node.disk().fill(false);
            node.disk().lie(false);
            node.disk().failNextSyncs(0);
            node.disk().stick(false);
            node.start();
        }
    }
}
