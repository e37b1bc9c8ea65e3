package io.xsan.sim.run;

import io.xsan.sim.cluster.SimCluster;
import io.xsan.sim.cluster.SimNode;
import io.xsan.sim.disk.DiskFaultRates;
import io.xsan.sim.world.SimClock;
import io.xsan.sim.world.SimRandom;
import io.xsan.sim.world.SimWorld;
import java.util.List;
import java.util.function.Consumer;

/** Makes the faults of a scenario happen and end, and ends all that is left at the end. */
final class FaultDriver {
    /** What is done to hosts and volumes. */
    interface Targets {
        void breakHost(int host, boolean isSilent);

        void rebootHost(int host, long awayNanos);

        SimNode ownerOf(int volume);

        List<Integer> hostsOf(int volume);

        void move(int volume, int node);

        void grow(int volume, long bytes);

        void scrub(int volume);

        void relocate(int volume, long choice);

        boolean isHealthy();
    }

    private static final long GIVE_UP_NANOS = 15 * SimWorld.SECOND_NANOS;
    private static final long NEAR_NANOS = 100 * SimWorld.MILLI_NANOS;

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
            case NEW_DISK -> exchangeDisk(fault);
            case DEVICE_AWAY -> takeAway(fault);
            case CLOCK -> node(fault).clock().drift((int) fault.amount() - SimClock.DRIFT_PPM_MAX);
            case REBOOT_ALL -> rebootAll(fault);
            case USURP -> usurp(fault);
            case HERMIT -> isolateOwner(fault);
            case SLOW_DISK, STUCK_DISK, SYNC_ERROR, BAD_DISK, DEVICE_DIES -> beginDisk(fault);
            case NO_QUORUM -> {
                cluster.consensus().quorum(false);
                later(fault, () -> cluster.consensus().quorum(true));
            }
            case META_CUT -> cutFromMetadata(fault, fault.a());
            case HOST_BREAK -> targets.breakHost(fault.a(), fault.amount() == 1);
            case HOST_REBOOT -> targets.rebootHost(fault.a(), fault.lastsNanos());
            case MOVE -> targets.move(fault.a(), fault.b());
            case SCRUB -> targets.scrub(fault.a());
            case RESIZE -> targets.grow(fault.a(), fault.amount());
            case RELOCATE -> targets.relocate(fault.a(), fault.amount());
            case BREAK_LINK, CUT_ONE_WAY, CUT, ISOLATE, CLOG, SLOW_NETWORK -> beginNet(fault);
        }
    }

    private void beginNet(Fault fault) {
        int a = fault.a();
        switch (fault.kind()) {
            case BREAK_LINK -> cluster.fabric().breakLink(a, fault.b(), fault.amount() == 1);
            case CUT_ONE_WAY -> cutOneWay(fault, a, fault.b());
            case CUT -> cutBoth(fault, a, fault.b());
            case ISOLATE -> {
                cluster.nodes().forEach(node -> cutBoth(fault, a, node.id()));
                if (fault.amount() == 1) {
                    cutFromMetadata(fault, a);
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
        cutOneWay(fault, a, b);
        cutOneWay(fault, b, a);
    }

    private void cutOneWay(Fault fault, int from, int to) {
        cluster.fabric().cut(from, to);
        later(fault, () -> cluster.fabric().heal(from, to));
    }

    private void cutFromMetadata(Fault fault, int node) {
        cluster.consensus().reach(node, false);
        later(fault, () -> cluster.consensus().reach(node, true));
    }

    private void usurp(Fault fault) {
        SimRandom how = SimRandom.of(fault.amount(), "usurp");
        SimNode owner = targets.ownerOf(fault.a());
        cutFromMetadata(fault, owner.id());
        if (how.coin()) {
            disturb(fault, how, owner);
        }
        for (int host : targets.hostsOf(fault.a())) {
            long at = how.between(0, fault.lastsNanos());
            if (how.coin()) {
                world.after(at, () -> targets.breakHost(host, false));
            }
        }
        if (how.below(3) == 0) {
            long soon = how.between(0, how.coin() ? NEAR_NANOS : SimWorld.SECOND_NANOS);
            onSuccessor(fault, owner, node -> downSoon(node, soon, fault.lastsNanos()));
        }
    }

    private void isolateOwner(Fault fault) {
        SimNode owner = targets.ownerOf(fault.a());
        cutFromMetadata(fault, owner.id());
        cluster.nodes().forEach(node -> cutBoth(fault, owner.id(), node.id()));
        onSuccessor(fault, owner, _ -> breakWriters(fault));
    }

    private void breakWriters(Fault fault) {
        for (int host : targets.hostsOf(fault.a())) {
            if (host % 2 == 0) {
                targets.breakHost(host, false);
            }
        }
    }

    private void disturb(Fault fault, SimRandom how, SimNode owner) {
        for (SimNode from : cluster.nodes()) {
            for (SimNode to : cluster.nodes()) {
                boolean isOwners = from == owner || to == owner;
                long lasts = how.between(0, fault.lastsNanos());
                switch (how.below(isOwners ? 6 : 12)) {
                    case 0, 1 -> cluster.fabric().clog(from.id(), to.id(), lasts);
                    case 2 -> cutOneWay(fault, from.id(), to.id());
                    default -> {}
                }
            }
        }
        if (how.below(3) == 0) {
            owner.pause(how.between(0, fault.lastsNanos()));
        }
    }

    private void onSuccessor(Fault fault, SimNode owner, Consumer<SimNode> then) {
        SimNode now = targets.ownerOf(fault.a());
        if (now != owner) {
            then.accept(now);
        } else if (!isOver) {
            world.after(NEAR_NANOS / 10, () -> onSuccessor(fault, owner, then));
        }
    }

    private void downSoon(SimNode node, long delayNanos, long lastsNanos) {
        world.after(
                delayNanos,
                () -> {
                    if (!isOver) {
                        down(node, false, lastsNanos);
                    }
                });
    }

    private void rebootAll(Fault fault) {
        SimRandom order = SimRandom.of(fault.amount(), "order");
        for (SimNode node : cluster.nodes()) {
            boolean isPower = order.coin();
            long away = order.between(0, fault.lastsNanos());
            world.after(
                    order.between(0, fault.lastsNanos()),
                    () -> {
                        if (!isOver) {
                            down(node, isPower, away);
                        }
                    });
        }
    }

    /** Somebody looks first whether the data is elsewhere. */
    private void exchangeDisk(Fault fault) {
        SimNode node = node(fault);
        node.crash(false);
        later(
                fault,
                () -> {
                    if (!node.isUp() && cluster.isElsewhere(node.id())) {
                        world.probes().hit("disk.exchanged");
                        node.exchangeDisk((int) fault.amount());
                    }
                    node.start();
                });
    }

    private void takeAway(Fault fault) {
        SimNode node = node(fault);
        node.awayDisk((int) fault.amount(), true);
        down(node, false, fault.lastsNanos());
        world.after(2 * fault.lastsNanos(), () -> node.awayDisk((int) fault.amount(), false));
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
            case DEVICE_DIES -> {
                // Of a last copy nothing can be read then: that would be an error, and no bug.
                boolean isDead = cluster.isElsewhere(node.id());
                node.disk((int) fault.amount()).die(isDead);
                node.disk((int) fault.amount()).failNextSyncs(1);
                later(fault, () -> node.disk((int) fault.amount()).die(false));
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
            node.healDisks();
            node.start();
            world.after(GIVE_UP_NANOS, () -> restartIfPartial(node));
        }
    }

    /** A last copy may be on a device that is not used until its node starts again. */
    private void restartIfPartial(SimNode node) {
        if (node.isPartial() && !targets.isHealthy()) {
            world.probes().hit("node.restarted-for-a-device");
            down(node, false, 0);
        }
    }
}
