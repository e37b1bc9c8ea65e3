package io.xsan.sim.run;

import io.xsan.base.Pages;
import io.xsan.sim.run.Fault.Kind;
import io.xsan.sim.world.SimClock;
import io.xsan.sim.world.SimRandom;
import io.xsan.sim.world.SimWorld;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Draws the faults of a run. Often several fall close together around one moment, because the deep
 * bugs are where one fault meets the repair of another.
 */
final class FaultPlan {
    private static final int LEFT_OUT = 200_000;
    private static final int TOGETHER = 500_000;
    private static final long SCRUB_EVERY_NANOS = 300 * SimWorld.MILLI_NANOS;

    private FaultPlan() {}

    static List<Fault> draw(SimRandom chance, Shape shape) {
        List<Kind> kinds = new ArrayList<>();
        for (Kind kind : shape.profile().kinds()) {
            if (!chance.happens(LEFT_OUT)) {
                kinds.add(kind);
            }
        }
        List<Fault> faults = new ArrayList<>();
        if (kinds.isEmpty()) {
            return faults;
        }
        int count = (int) chance.between(1, 14);
        int victim = 1 + chance.below(shape.nodes());
        long at = Scenarios.START_NANOS + chance.between(0, shape.loadNanos());
        for (int i = 0; i < count; i++) {
            boolean isNear = chance.happens(TOGETHER);
            at = isNear ? at + chance.between(0, near(chance)) : anywhere(chance, shape);
            faults.add(fault(chance, shape, kinds.get(chance.below(kinds.size())), at, victim));
        }
        faults.sort(Comparator.comparingLong(Fault::atNanos));
        return faults;
    }

    /** All volumes are scrubbed again and again while hosts have load. */
    static List<Fault> withScrubs(List<Fault> faults, Shape shape) {
        List<Fault> all = new ArrayList<>(faults);
        for (long at = 0; at < shape.loadNanos(); at += SCRUB_EVERY_NANOS) {
            for (int volume = 0; volume < shape.volumes(); volume++) {
                all.add(new Fault(Scenarios.START_NANOS + at, Kind.SCRUB, volume, 0, 0, 0));
            }
        }
        all.sort(Comparator.comparingLong(Fault::atNanos));
        return all;
    }

    private static long near(SimRandom chance) {
        return chance.coin() ? 3 * SimWorld.MILLI_NANOS : SimWorld.SECOND_NANOS;
    }

    private static long anywhere(SimRandom chance, Shape shape) {
        return Scenarios.START_NANOS + chance.between(0, shape.loadNanos());
    }

    private static Fault fault(SimRandom chance, Shape shape, Kind kind, long at, int victim) {
        int a = chance.coin() ? victim : 1 + chance.below(shape.nodes());
        int b = 1 + (a - 1 + 1 + chance.below(shape.nodes() - 1)) % shape.nodes();
        long lasts = lasts(chance);
        return switch (kind) {
            case KILL, POWER_CUT, POWER_CUT_ALL, PAUSE, STUCK_DISK ->
                    new Fault(at, kind, a, 0, lasts, 0);
            case NEW_DISK, DEVICE_DIES, DEVICE_AWAY ->
                    new Fault(at, kind, victim, 0, lasts, device(chance, shape));
            case CLOCK ->
                    new Fault(at, kind, a, 0, 0, chance.between(0, 2 * SimClock.DRIFT_PPM_MAX));
            case REBOOT_ALL -> new Fault(at, kind, 0, 0, lasts, chance.nextId());
            case USURP ->
                    new Fault(
                            at,
                            kind,
                            chance.below(shape.volumes()),
                            0,
                            chance.between(2_500, 9_000) * SimWorld.MILLI_NANOS,
                            chance.nextId());
            case HERMIT ->
                    new Fault(
                            at,
                            kind,
                            chance.below(shape.volumes()),
                            0,
                            chance.between(5_000, 12_000) * SimWorld.MILLI_NANOS,
                            0);
            case SYNC_ERROR, NO_QUORUM, META_CUT -> new Fault(at, kind, a, 0, lasts, 0);
            case BREAK_LINK, CUT_ONE_WAY, CUT, CLOG ->
                    new Fault(at, kind, a, b, lasts, chance.below(2));
            case ISOLATE -> new Fault(at, kind, a, 0, lasts, chance.below(2));
            case SLOW_NETWORK, SLOW_DISK ->
                    new Fault(at, kind, a, 0, lasts, chance.between(0, 300) * SimWorld.MILLI_NANOS);
            case LYING_DISK -> new Fault(at, kind, victim, 0, lasts, lasts(chance));
            case BAD_DISK -> new Fault(at, kind, victim, 0, lasts, chance.between(0, 50_000));
            case HOST_BREAK ->
                    new Fault(at, kind, chance.below(shape.hosts()), 0, 0, chance.below(2));
            case HOST_REBOOT -> new Fault(at, kind, chance.below(shape.hosts()), 0, lasts, 0);
            case MOVE -> new Fault(at, kind, chance.below(shape.volumes()), a, 0, 0);
            case SCRUB -> new Fault(at, kind, chance.below(shape.volumes()), 0, 0, 0);
            case RELOCATE ->
                    new Fault(at, kind, chance.below(shape.volumes()), 0, 0, chance.nextId());
            case RESIZE ->
                    new Fault(at, kind, chance.below(shape.volumes()), 0, 0, Pages.BLOCK_BYTES);
        };
    }

    private static int device(SimRandom chance, Shape shape) {
        return shape.devices() == 1 ? 0 : chance.below(shape.devices());
    }

    /** From a moment over a few seconds, so that it ends before or after others have reacted. */
    private static long lasts(SimRandom chance) {
        return switch (chance.below(4)) {
            case 0 -> chance.between(0, 50) * SimWorld.MILLI_NANOS;
            case 1 -> chance.between(0, 1_000) * SimWorld.MILLI_NANOS;
            case 2 -> chance.between(1_000, 4_000) * SimWorld.MILLI_NANOS;
            default -> chance.between(2_000, 9_000) * SimWorld.MILLI_NANOS;
        };
    }
}
