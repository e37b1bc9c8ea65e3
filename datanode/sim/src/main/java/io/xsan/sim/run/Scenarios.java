package io.xsan.sim.run;

import io.xsan.base.Pages;
import io.xsan.engine.VolumeIo;
import io.xsan.meta.image.VolumePolicy;
import io.xsan.sim.meta.MetaConditions;
import io.xsan.sim.net.NetConditions;
import io.xsan.sim.workload.HostOp;
import io.xsan.sim.world.SimRandom;
import io.xsan.sim.world.SimWorld;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Draws scenarios from seeds. */
public final class Scenarios {
    /** When load and faults begin: the cluster has been formed by then. */
    static final long START_NANOS = 3 * SimWorld.SECOND_NANOS;

    private static final int MILLION = 1_000_000;

    /** Those that most seeds draw among. */
    private static final Profile[] PROFILES =
            Arrays.stream(Profile.values())
                    .filter(profile -> profile.compareTo(Profile.LYING_DISK) < 0)
                    .toArray(Profile[]::new);

    private static final int LYING = 30_000;

    /** Drawn apart, as lying disks are, so that the other seeds are what they were before. */
    private static final Profile[] LATER = {
        Profile.USURPERS, Profile.USURPERS, Profile.REBOOTS, Profile.NEW_DISKS, Profile.FULL
    };

    private static final int LATER_SHARE = 250_000;
    private static final int HERMITS_SHARE = 60_000;
    private static final int SCRUBBED_SHARE = 100_000;
    private static final int DEVICES_SHARE = 60_000;

    private Scenarios() {}

    /** The scenario of a seed with {@code ios} I/Os, of a given profile or the seed's own. */
    public static Scenario of(long seed, int ios, Optional<Profile> profile) {
        SimRandom config = SimRandom.of(seed, "config");
        Profile drawn = PROFILES[config.below(PROFILES.length)];
        boolean isLying = SimRandom.of(seed, "lying").happens(LYING);
        SimRandom later = SimRandom.of(seed, "later");
        Profile early = later.happens(LATER_SHARE) ? LATER[later.below(LATER.length)] : drawn;
        boolean isHermit = SimRandom.of(seed, "alone").happens(HERMITS_SHARE);
        Profile late = isHermit ? Profile.HERMITS : early;
        boolean isOfDevices = SimRandom.of(seed, "several").happens(DEVICES_SHARE);
        Profile last = isOfDevices ? Profile.DEVICES : late;
        Profile own = isLying ? Profile.LYING_DISK : last;
        Shape shape = shape(config, profile.orElse(own));
        List<Fault> faults = FaultPlan.draw(SimRandom.of(seed, "faults"), shape);
        boolean isScrubbed = SimRandom.of(seed, "scrub").happens(SCRUBBED_SHARE);
        return new Scenario(
                seed,
                shape,
                isScrubbed ? FaultPlan.withScrubs(faults, shape) : faults,
                ops(SimRandom.of(seed, "workload"), shape, ios));
    }

    private static Shape shape(SimRandom chance, Profile profile) {
        int nodes = chance.happens(700_000) ? 3 : (int) chance.between(2, 5);
        if (profile == Profile.RELOCATION) {
            nodes = (int) chance.between(3, 6);
        }
        int replicas = Math.min(nodes, chance.happens(800_000) ? 3 : 2);
        if (profile == Profile.LYING_DISK) {
            nodes = 3;
            replicas = 3;
        }
        boolean isTight = chance.happens(200_000);
        int minReplicas = isTight ? replicas : VolumePolicy.defaultMinReplicas(replicas);
        if (chance.happens(250_000)) {
            minReplicas = 1;
        }
        boolean isFull = profile == Profile.FULL;
        int volumes = chance.happens(700_000) || isFull ? 1 : 2;
        NetConditions net =
                new NetConditions(
                        chance.between(20, 400) * SimWorld.MICRO_NANOS,
                        chance.between(1, 100) * SimWorld.MILLI_NANOS,
                        chance.coin() ? 0 : (int) chance.between(0, 20_000));
        boolean isFlaky = profile == Profile.METADATA || chance.happens(300_000);
        MetaConditions meta =
                new MetaConditions(
                        chance.between(1, profile.hasReaders() ? 200 : 30) * SimWorld.MILLI_NANOS,
                        chance.between(1, 200) * SimWorld.MILLI_NANOS,
                        isFlaky ? (int) chance.between(0, 200_000) : 0,
                        isFlaky ? (int) chance.between(0, 200_000) : 0);
        return new Shape(
                profile,
                nodes,
                replicas,
                minReplicas,
                volumes,
                chance.happens(profile.hasReaders() ? 700_000 : 200_000) ? 2 : 1,
                (isFull ? 4 : chance.between(1, 5)) * Pages.BLOCK_BYTES,
                chance.happens(200_000) ? 512 : Pages.PAGE_BYTES,
                (int) chance.between(1, 16),
                loadSeconds(chance, profile) * SimWorld.SECOND_NANOS,
                net,
                meta,
                chance.coin(),
                profile == Profile.DEVICES ? 2 + chance.below(2) : 1);
    }

    /** Where owners are cut off, long enough for successors to serve beside them. */
    private static long loadSeconds(SimRandom chance, Profile profile) {
        long seconds = chance.between(2, 12);
        return profile == Profile.HERMITS ? seconds + 6 : seconds;
    }

    /** I/O in bursts over the time of the load, on a few hot places of each volume. */
    private static List<HostOp> ops(SimRandom chance, Shape shape, int ios) {
        List<HostOp> ops = new ArrayList<>();
        long units = shape.volumeBytes() / shape.unitBytes();
        int spots = (int) chance.between(1, 12);
        long[] hot = new long[spots];
        for (int i = 0; i < spots; i++) {
            hot[i] = Long.remainderUnsigned(chance.nextLong(), units);
        }
        int readPercent = (int) chance.between(10, 80);
        int burst = (int) chance.between(1, 24);
        while (ops.size() < ios) {
            long at = START_NANOS + chance.between(0, shape.loadNanos());
            int host = chance.below(shape.hosts());
            for (int i = 0; i < burst && ops.size() < ios; i++) {
                ops.add(op(chance, shape, hot, host, at, readPercent));
                at += chance.between(0, 500) * SimWorld.MICRO_NANOS;
            }
        }
        ops.sort(Comparator.comparingLong(HostOp::atNanos));
        return ops;
    }

    private static HostOp op(
            SimRandom chance, Shape shape, long[] hot, int host, long at, int readPercent) {
        long all = shape.volumeBytes() / shape.unitBytes();
        long unit = Math.min(all - 1, hot[chance.below(hot.length)] + chance.below(8));
        boolean isFull = shape.profile() == Profile.FULL;
        if (isFull || chance.below(10) == 0) {
            unit = Long.remainderUnsigned(chance.nextLong(), all);
        }
        int most = isFull || chance.below(20) == 0 ? 16 : 4;
        int units = (int) Math.min(all - unit, 1 + chance.below(most));
        boolean isWriter = shape.profile().hasReaders() && host % 2 == 0;
        boolean isReader = !isWriter || readPercent > 50;
        boolean isOnlyReader = shape.profile() == Profile.HERMITS && host % 2 == 1;
        int percent = isOnlyReader ? 100 : isReader ? readPercent : 0;
        VolumeIo.Kind kind = kind(chance, percent);
        if (kind == VolumeIo.Kind.FLUSH) {
            return new HostOp(host, at, kind, 0, 0, false);
        }
        return new HostOp(host, at, kind, unit, units, chance.coin());
    }

    private static VolumeIo.Kind kind(SimRandom chance, int readPercent) {
        if (chance.below(100) < readPercent) {
            return VolumeIo.Kind.READ;
        }
        int other = chance.below(MILLION);
        if (other < 80_000) {
            return VolumeIo.Kind.TRIM;
        }
        if (other < 150_000) {
            return VolumeIo.Kind.ZERO;
        }
        return other < 200_000 ? VolumeIo.Kind.FLUSH : VolumeIo.Kind.WRITE;
    }
}
