package io.xsan.sim.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.ErrorCode;
import io.xsan.base.Version;
import io.xsan.sim.disk.SimDisk;
import io.xsan.store.ReadOp;
import io.xsan.store.WriteOp.Content;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * All workloads of at most four operations, times all crash points, times subsets of the unsynced
 * sectors. The reopened store must hold, for every page, the newest acknowledged version or a newer
 * one that was asked for, whole; and never call itself damaged.
 */
class CrashEnumerationSimTest {
    private static final int PAGES = 4;
    private static final int SUBSET_SECTORS_MAX = 8;
    private static final int SEGMENTS = 9;
    private static final int LENGTH_MAX = 4;

    /** What a workload is made of. */
    private enum Step {
        WRITE_A(Content.DATA, 0, 2),
        WRITE_B(Content.DATA, 1, 2),
        TRIM(Content.TRIM, 0, 3),
        EPOCH(Content.DATA, 0, 0),
        FLUSH(Content.DATA, 0, 0);

        final Content content;
        final int firstPage;
        final int pages;

        Step(Content content, int firstPage, int pages) {
            this.content = content;
            this.firstPage = firstPage;
            this.pages = pages;
        }

        boolean covers(int page) {
            return page >= firstPage && page < firstPage + pages;
        }
    }

    /** A step that was asked for, and its answer. */
    private record Asked(Step step, long version, StoreRig.Answer answer) {}

    /** A disk at a crash point, and which of the steps asked for had been acknowledged. */
    private record Point(SimDisk disk, List<Asked> asked, List<Boolean> acked, int length) {}

    private final SplittableRandom random = new SplittableRandom(11);
    private final Set<Long> seen = new HashSet<>();
    private final List<Point> points = new ArrayList<>();
    private final List<Asked> asked = new ArrayList<>();
    private SimDisk base = new SimDisk(StoreRig.sizeOf(SEGMENTS), random::nextLong, SimDisk.INLINE);
    private int length;
    private long workloads;
    private long crashPoints;
    private long states;

    @Test
    void everyCrashOfEverySmallWorkloadKeepsWhatWasAcknowledged() {
        try (StoreRig rig = new StoreRig(base)) {
            rig.format(random::nextLong, false).open();
            assertThat(rig.create(StoreRig.VOLUME, StoreRig.GENERATION).isOk()).isTrue();
        }
        enumerate(new ArrayList<>(), LENGTH_MAX, 0);
        long fresh = states;
        base = base.fork(random::nextLong, SimDisk.INLINE);
        enumerate(new ArrayList<>(), 3, 5);
        System.out.printf(
                "crash enumeration: %d workloads, %d crash points, %d distinct crash states"
                        + " (%d of them around the change of segment)%n",
                workloads, crashPoints, states, states - fresh);
        assertThat(states).isGreaterThan(10_000);
    }

    private void enumerate(List<Step> workload, int lengthMax, int filler) {
        if (!workload.isEmpty()) {
            run(workload, true, filler);
            run(workload, false, filler);
        }
        if (workload.size() < lengthMax) {
            for (Step step : Step.values()) {
                workload.add(step);
                enumerate(workload, lengthMax, filler);
                workload.removeLast();
            }
        }
    }

    /** Runs a workload on a copy of the base; {@code filler} groups stand before it. */
    private void run(List<Step> workload, boolean isAscending, int filler) {
        workloads++;
        length = workload.size();
        points.clear();
        asked.clear();
        boolean[] isRecording = {false};
        SimDisk[] holder = new SimDisk[1];
        SimDisk disk =
                base.fork(
                        random::nextLong,
                        (kind, _, completion) -> {
                            if (isRecording[0] && kind != SimDisk.Kind.READ) {
                                record(holder[0]);
                            }
                            completion.run();
                        });
        holder[0] = disk;
        try (StoreRig rig = new StoreRig(disk)) {
            rig.open();
            for (int i = 0; i < filler; i++) {
                rig.write(Content.DATA, 1 + i, 1, 0, 1);
                rig.store().flush();
            }
            isRecording[0] = true;
            for (int i = 0; i < workload.size(); i++) {
                step(rig, workload.get(i), i, isAscending ? 10 + i : 20 - i);
            }
            rig.store().flush();
            record(disk);
            isRecording[0] = false;
        }
        for (Point point : points) {
            crashPoints++;
            crash(point);
        }
    }

    private void step(StoreRig rig, Step step, int index, long sequence) {
        switch (step) {
            case FLUSH -> rig.store().flush();
            case EPOCH -> asked.add(new Asked(step, index + 1L, rig.epoch(index + 1)));
            case WRITE_A, WRITE_B, TRIM -> {
                long version = Version.of(1, sequence);
                StoreRig.Answer answer =
                        rig.write(step.content, version, 0, step.firstPage, step.pages);
                asked.add(new Asked(step, version, answer));
            }
        }
    }

    private void record(SimDisk disk) {
        List<Boolean> acked = new ArrayList<>();
        asked.forEach(one -> acked.add(one.answer().isOk()));
        SimDisk copy = disk.fork(random::nextLong, SimDisk.INLINE);
        points.add(new Point(copy, List.copyOf(asked), acked, length));
    }

    /**
     * Every subset of up to eight sectors that make a difference, the others kept or lost; of the
     * longest workloads one of the two for each subset.
     */
    private void crash(Point point) {
        List<Integer> sectors = effectiveSectors(point.disk());
        List<Integer> chosen = spread(sectors);
        long signature = signature(point);
        for (int others = 0; others <= (chosen.size() < sectors.size() ? 1 : 0); others++) {
            for (int mask = 0; mask < 1 << chosen.size(); mask++) {
                boolean isHalf = point.length() == LENGTH_MAX && chosen.size() < sectors.size();
                if (isHalf && (Integer.bitCount(mask) & 1) != others) {
                    continue;
                }
                Set<Integer> kept = new HashSet<>(others == 1 ? sectors : List.of());
                for (int i = 0; i < chosen.size(); i++) {
                    if ((mask >> i & 1) != 0) {
                        kept.add(chosen.get(i));
                    } else {
                        kept.remove(chosen.get(i));
                    }
                }
                check(point, signature, kept);
            }
        }
    }

    private List<Integer> effectiveSectors(SimDisk disk) {
        List<Integer> effective = new ArrayList<>();
        long none = crashed(disk, Set.of()).contentHash();
        for (int i = 0; i < disk.unsyncedSectors(); i++) {
            if (crashed(disk, Set.of(i)).contentHash() != none) {
                effective.add(i);
            }
        }
        return effective;
    }

    private SimDisk crashed(SimDisk disk, Set<Integer> kept) {
        SimDisk copy = disk.fork(random::nextLong, SimDisk.INLINE);
        copy.crash(kept::contains);
        return copy;
    }

    private static List<Integer> spread(List<Integer> sectors) {
        if (sectors.size() <= SUBSET_SECTORS_MAX) {
            return sectors;
        }
        List<Integer> chosen = new ArrayList<>();
        for (int i = 0; i < SUBSET_SECTORS_MAX; i++) {
            chosen.add(sectors.get(i * (sectors.size() - 1) / (SUBSET_SECTORS_MAX - 1)));
        }
        return chosen;
    }

    private void check(Point point, long signature, Set<Integer> kept) {
        SimDisk disk = crashed(point.disk(), kept);
        long key = disk.contentHash() * 31 + signature;
        if (!seen.add(key)) {
            return;
        }
        states++;
        try (StoreRig rig = new StoreRig(disk)) {
            long[] versions = verify(rig, point, kept);
            if (states % 64 == 0) {
                rig.write(Content.DATA, Version.of(2, 1), 0, 3, 1);
                rig.store().flush();
                rig.abandon();
                disk.crash(_ -> false);
                assertThat(verify(rig, point, kept)).startsWith(versions[0], versions[1]);
                rig.read(0, 3, 1);
                assertThat(rig.holds(0, Version.of(2, 1), 0, 3)).isTrue();
            }
        }
    }

    /** What {@link #verify} looks at: states that are equal in it are checked once. */
    private static long signature(Point point) {
        long signature = epochAllowed(point).hashCode();
        for (int page = 0; page < PAGES - 1; page++) {
            for (long version : allowed(point, page).stream().sorted().toList()) {
                signature = signature * 1_000_003 + version * 2 + (isTrim(point, version) ? 1 : 0);
            }
            signature = signature * 31 + page;
        }
        return signature;
    }

    private long[] verify(StoreRig rig, Point point, Set<Integer> kept) {
        String where = point.asked() + " acked " + point.acked() + " kept " + kept;
        rig.open();
        assertThat(rig.refused).as(where).isNull();
        assertThat(rig.component().isDamaged()).as(where).isFalse();
        assertThat(epochAllowed(point)).as(where).contains(rig.component().epoch());
        long[] versions = new long[PAGES];
        for (int page = 0; page < PAGES - 1; page++) {
            ReadOp read = rig.read(0, page, 1);
            assertThat(StoreRig.status(read)).as(where).isEqualTo(ErrorCode.OK);
            versions[page] = read.newestVersion;
            assertThat(allowed(point, page)).as(where).contains(read.newestVersion);
            boolean isTrim = isTrim(point, read.newestVersion);
            boolean isWhole = rig.holds(0, isTrim ? 0 : read.newestVersion, 0, page);
            assertThat(isWhole).as(where + " page " + page).isTrue();
        }
        return versions;
    }

    private static boolean isTrim(Point point, long version) {
        return point.asked().stream()
                .anyMatch(one -> one.step() == Step.TRIM && one.version() == version);
    }

    private static Set<Long> allowed(Point point, int page) {
        long newestAcked = 0;
        for (int i = 0; i < point.asked().size(); i++) {
            Asked one = point.asked().get(i);
            if (one.step().covers(page) && point.acked().get(i)) {
                newestAcked = Math.max(newestAcked, one.version());
            }
        }
        Set<Long> versions = new HashSet<>(Set.of(newestAcked));
        for (Asked one : point.asked()) {
            if (one.step().covers(page) && one.version() > newestAcked) {
                versions.add(one.version());
            }
        }
        return versions;
    }

    private static Set<Integer> epochAllowed(Point point) {
        int acked = 0;
        for (int i = 0; i < point.asked().size(); i++) {
            Asked one = point.asked().get(i);
            if (one.step() == Step.EPOCH && point.acked().get(i)) {
                acked = Math.max(acked, (int) one.version());
            }
        }
        Set<Integer> epochs = new HashSet<>(Set.of(acked));
        for (Asked one : point.asked()) {
            if (one.step() == Step.EPOCH && one.version() > acked) {
                epochs.add((int) one.version());
            }
        }
        return epochs;
    }
}
