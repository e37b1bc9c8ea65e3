package io.xsan.sim.run;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.Pages;
import io.xsan.base.VolumeId;
import io.xsan.engine.Shard;
import io.xsan.engine.ShardStatus;
import io.xsan.engine.VolumeIo;
import io.xsan.meta.command.Command;
import io.xsan.meta.image.AttachmentRecord;
import io.xsan.meta.image.MoveRecord;
import io.xsan.meta.image.RingRecord;
import io.xsan.meta.image.VolumePolicy;
import io.xsan.meta.image.VolumeRecord;
import io.xsan.sim.cluster.NodeShape;
import io.xsan.sim.cluster.ShardFactory;
import io.xsan.sim.cluster.SimCluster;
import io.xsan.sim.cluster.SimNode;
import io.xsan.sim.meta.MetaReplay;
import io.xsan.sim.workload.HostOp;
import io.xsan.sim.workload.HostStats;
import io.xsan.sim.workload.SimHost;
import io.xsan.sim.workload.VolumeHistory;
import io.xsan.sim.world.SimRandom;
import io.xsan.sim.world.SimWorld;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * One run of a scenario: forms the cluster, loads it while faults happen, ends the faults, waits
 * until all is well, reads everything back and compares the components.
 */
public final class Run implements FaultDriver.Targets {
    private static final long FORM_NANOS_MAX = 60 * SimWorld.SECOND_NANOS;
    private static final long LIVENESS_NANOS_MAX = 240 * SimWorld.SECOND_NANOS;
    private static final long SETTLE_NANOS = 3 * SimWorld.SECOND_NANOS;
    private static final int TAIL_LINES = 60;
    private static final int READ_UNITS = 4;

    private final Scenario scenario;
    private final Shape shape;
    private final SimWorld world;
    private final SimCluster cluster;
    private final SimRandom chance;
    private final HostStats stats = new HostStats();
    private final List<VolumeId> volumes = new ArrayList<>();
    private final List<VolumeHistory> histories = new ArrayList<>();
    private final List<SimHost> hosts = new ArrayList<>();
    private final long[] sizes;
    private int pending;

    private Run(Scenario scenario, ShardFactory shards) {
        this.scenario = scenario;
        shape = scenario.shape();
        world = new SimWorld(scenario.seed());
        chance = world.random("run");
        sizes = new long[shape.volumes()];
        cluster =
                new SimCluster(
                        world,
                        shape.nodes(),
                        new SimCluster.Conditions(
                                shape.net(),
                                shape.meta(),
                                (isFull() ? NodeShape.TIGHT : NodeShape.SMALL)
                                        .withDevices(shape.devices())),
                        shards);
    }

    /** Runs {@code scenario} with shards of {@code shards}. */
    public static Verdict of(Scenario scenario, ShardFactory shards) {
        return of(scenario, shards, true);
    }

    /** As {@link #of(Scenario, ShardFactory)}; judged by what hosts see alone if not inside. */
    static Verdict of(Scenario scenario, ShardFactory shards, boolean looksInside) {
        Run run = new Run(scenario, shards);
        String failure = "";
        try {
            run.all(looksInside);
        } catch (RuntimeException e) {
            failure = describe(e);
        } finally {
            run.cluster.nodes().forEach(node -> node.crash(false));
            run.hosts.forEach(SimHost::end);
        }
        return run.verdict(failure);
    }

    private static String describe(RuntimeException e) {
        StringBuilder text = new StringBuilder(e.toString());
        StackTraceElement[] stack = e.getStackTrace();
        for (int i = 0; i < Math.min(12, stack.length); i++) {
            text.append("\n    at ").append(stack[i]);
        }
        return text.toString();
    }

    private Verdict verdict(String failure) {
        boolean isGood = failure.isEmpty();
        return new Verdict(
                scenario.seed(),
                shape.profile(),
                failure,
                world.trace().hash(),
                world.events(),
                stats.done,
                stats.sentAgain,
                world.now(),
                stats.longestNanos,
                world.probes().counts(),
                isGood ? List.of() : world.trace().tail(TAIL_LINES));
    }

    private void all(boolean looksInside) {
        form();
        FaultDriver faults = new FaultDriver(world, cluster, this);
        load(faults);
        faults.stop();
        await(LIVENESS_NANOS_MAX, this::isHealthy, "all I/O ends and redundancy is restored");
        countMoves();
        if (isFull()) {
            int stale = cluster.consensus().staleRecords();
            Check.that(stale == 0, "no component is recorded stale for lack of space", stale);
        }
        readBack();
        await(LIVENESS_NANOS_MAX, this::isHealthy, "all is read back");
        world.runUntil(world.now() + SETTLE_NANOS, () -> false);
        await(LIVENESS_NANOS_MAX, this::isHealthy, "all stays well");
        if (looksInside) {
            compare();
        }
        await(LIVENESS_NANOS_MAX, this::isLeakFree, "no buffer stays lent on quiet nodes");
        MetaReplay.check(cluster.consensus(), chance);
    }

    private void await(long mostNanos, BooleanSupplier isDone, String what) {
        if (!world.runUntil(world.now() + mostNanos, isDone)) {
            StringBuilder text = new StringBuilder(what).append(": ").append(cluster.trouble());
            hosts.stream()
                    .filter(host -> !host.isIdle())
                    .forEach(host -> text.append(host.describe()).append("; "));
            cluster.nodes().forEach(node -> text.append(describe(node)));
            Check.that(false, text.toString());
        }
    }

    private static String describe(SimNode node) {
        return "node "
                + node.id()
                + (node.shard() == null
                        ? " down " + node.refused()
                        : " " + node.shard().status().engines())
                + "; ";
    }

    private void form() {
        await(FORM_NANOS_MAX, () -> cluster.isFormed(shape.nodes()), "the cluster forms");
        for (int v = 0; v < shape.volumes(); v++) {
            VolumeId id = new VolumeId(chance.nextId());
            volumes.add(id);
            sizes[v] = shape.volumeBytes();
            histories.add(new VolumeHistory(id.value()));
            NodeId owner = new NodeId(1 + chance.below(shape.nodes()));
            pending++;
            cluster.command(
                    new Command.CreateVolume(
                            id,
                            "volume" + v,
                            shape.volumeBytes(),
                            shape.unitBytes(),
                            new VolumePolicy(shape.replicas(), shape.minReplicas(), 0),
                            owner,
                            chance.nextId() >>> 8,
                            0),
                    _ -> pending--);
        }
        await(FORM_NANOS_MAX, () -> pending == 0, "volumes are made");
        for (int h = 0; h < shape.hosts(); h++) {
            VolumeId volume = volumes.get(h / shape.hostsPerVolume());
            pending++;
            AttachmentRecord attachment = new AttachmentRecord(h + 1, "host" + h, false, false);
            cluster.command(new Command.Attach(volume, attachment), _ -> pending--);
            hosts.add(host(h, volume));
        }
        await(FORM_NANOS_MAX, () -> pending == 0, "hosts are attached");
        Check.that(cluster.image().volumes().size() == shape.volumes(), "volumes are there");
    }

    private SimHost host(int index, VolumeId volume) {
        return new SimHost(
                world,
                cluster,
                new SimHost.Config(
                        volume,
                        index + 1,
                        shape.unitBytes(),
                        shape.depth(),
                        shape.isAgent(),
                        allowedErrors()),
                histories.get(index / shape.hostsPerVolume()),
                stats);
    }

    private Set<ErrorCode> allowedErrors() {
        return isFull() ? EnumSet.of(ErrorCode.INSUFFICIENT_SPACE) : Set.of();
    }

    private boolean isFull() {
        return shape.profile() == Profile.FULL;
    }

    private void load(FaultDriver faults) {
        for (int h = 0; h < hosts.size(); h++) {
            int host = h;
            hosts.get(h).add(scenario.ops().stream().filter(op -> op.host() == host).toList());
        }
        faults.schedule(scenario.faults());
        world.runUntil(Scenarios.START_NANOS + shape.loadNanos(), () -> false);
    }

    @Override
    public boolean isHealthy() {
        for (SimHost host : hosts) {
            if (!host.isIdle()) {
                return false;
            }
        }
        return cluster.isHealthy();
    }

    private void countMoves() {
        for (VolumeRecord volume : cluster.image().volumes().values()) {
            if (volume.ring().version() > 1) {
                world.probes().hit("move.committed");
            }
        }
    }

    private void readBack() {
        for (int v = 0; v < volumes.size(); v++) {
            List<HostOp> reads = new ArrayList<>();
            int host = v * shape.hostsPerVolume();
            long next = -1;
            for (long unit : histories.get(v).touched()) {
                if (unit >= next) {
                    int units = (int) Math.min(READ_UNITS, sizes[v] / shape.unitBytes() - unit);
                    reads.add(
                            new HostOp(host, world.now(), VolumeIo.Kind.READ, unit, units, false));
                    next = unit + units;
                }
            }
            hosts.get(host).add(reads);
        }
    }

    private void compare() {
        for (int v = 0; v < volumes.size(); v++) {
            VolumeRecord record = cluster.image().volume(volumes.get(v)).orElseThrow();
            TreeSet<Long> pages = new TreeSet<>();
            for (long unit : histories.get(v).touched()) {
                pages.add(unit * shape.unitBytes() / Pages.PAGE_BYTES);
            }
            boolean mayBeBad = shape.profile() == Profile.BAD_DISK;
            new Comparison(world, cluster, record, mayBeBad).compare(pages);
        }
    }

    private boolean isLeakFree() {
        for (SimNode node : cluster.nodes()) {
            if (node.pool().lentCount() + node.hostPool().lentCount() > 0) {
                return false;
            }
        }
        return hosts.stream().allMatch(host -> host.buffersLent() == 0);
    }

    @Override
    public void breakHost(int host, boolean isSilent) {
        hosts.get(host).breakLink(isSilent);
    }

    @Override
    public void rebootHost(int host, long awayNanos) {
        hosts.get(host).reboot(awayNanos);
    }

    @Override
    public SimNode ownerOf(int volume) {
        return Check.present(cluster.ownerOf(volumes.get(volume)), "a volume has an owner");
    }

    @Override
    public List<Integer> hostsOf(int volume) {
        int first = volume * shape.hostsPerVolume();
        return IntStream.range(first, first + shape.hostsPerVolume()).boxed().toList();
    }

    @Override
    public void move(int volume, int node) {
        cluster.command(new Command.MoveVolume(volumes.get(volume), new NodeId(node)), _ -> {});
    }

    /** Where disks are good, what a scrub repairs shows that in-sync components were unequal. */
    @Override
    public void scrub(int volume) {
        SimNode owner = cluster.ownerOf(volumes.get(volume));
        Shard shard = owner == null ? null : owner.shard();
        if (owner == null || shard == null) {
            return;
        }
        boolean mayRepair =
                shape.profile() == Profile.BAD_DISK || shape.profile() == Profile.LYING_DISK;
        for (ShardStatus.Engine engine : shard.status().engines()) {
            ShardStatus.Scrub scrub = engine.scrub();
            world.probes().hit(scrub.finishedMillis() > 0 ? "scrub.finished" : "scrub.under-way");
            long unequal = mayRepair ? 0 : scrub.repairedPages() + scrub.badPages();
            Check.that(unequal == 0, "a scrub finds in-sync components equal", unequal);
        }
        owner.lane().post(0, () -> shard.scrub(volumes.get(volume).value()));
    }

    @Override
    public void relocate(int volume, long choice) {
        VolumeRecord record = cluster.image().volume(volumes.get(volume)).orElseThrow();
        RingRecord last = record.move().map(MoveRecord::ring).orElse(record.ring());
        List<RingRecord.Member> members = new ArrayList<>();
        for (SimNode node : cluster.nodes()) {
            cluster.image()
                    .node(new NodeId(node.id()))
                    .filter(_ -> (choice >>> node.id() & 1) != 0)
                    .ifPresent(n -> members.add(new RingRecord.Member(n.id(), 1, n.domain())));
        }
        int least = shape.devices() > 1 ? 2 : 1;
        if (members.size() < least) {
            return;
        }
        int wanted = Math.max(least, 1 + (int) (choice >>> 32 & 3));
        int replicas = Math.min(wanted, members.size());
        VolumePolicy policy = new VolumePolicy(replicas, Math.min(1, replicas), members.size());
        RingRecord ring = new RingRecord(last.version() + 1, members);
        cluster.command(new Command.StartMove(record.id(), ring, policy), _ -> {});
    }

    @Override
    public void grow(int volume, long bytes) {
        sizes[volume] += bytes;
        cluster.command(new Command.ResizeVolume(volumes.get(volume), sizes[volume]), _ -> {});
    }
}
