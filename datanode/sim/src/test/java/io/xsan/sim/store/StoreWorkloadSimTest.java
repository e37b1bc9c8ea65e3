package io.xsan.sim.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.sim.disk.SimDisk;
import io.xsan.store.ReadOp;
import io.xsan.store.StoreStatus;
import io.xsan.store.WriteOp.Content;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Long random workloads on tiny segments against a model of pages: overwrites at 80 % full for many
 * times the size of the device, versions out of order, trims, crashes at any disk operation.
 */
class StoreWorkloadSimTest {
    private static final int SEGMENTS = 40;
    private static final int BLOCKS = 4;

    /** What may be found on a page: the newest acknowledged version, or one asked for since. */
    private static final class Cell {
        long acked;
        final List<Long> open = new ArrayList<>();
    }

    private record Asked(Content content, long version, long block, int firstPage, int pages) {}

    private record Pending(Asked asked, StoreRig.Answer answer) {}

    private final TreeMap<Long, Cell> cells = new TreeMap<>();
    private final TreeMap<Long, Content> contents = new TreeMap<>();
    private final List<Pending> pending = new ArrayList<>();
    private SplittableRandom random = new SplittableRandom(0);
    private int operationsLeft = Integer.MAX_VALUE;
    private SimDisk disk = makeDisk();
    private StoreRig rig = new StoreRig(disk);
    private long version = 1000;
    private int crashes;

    private SimDisk makeDisk() {
        return new SimDisk(
                StoreRig.sizeOf(SEGMENTS),
                () -> random.nextLong(),
                (_, _, completion) -> {
                    if (operationsLeft > 0) {
                        operationsLeft--;
                        completion.run();
                    }
                });
    }

    private void start(long seed) {
        random = new SplittableRandom(seed);
        rig.close();
        disk = makeDisk();
        rig = new StoreRig(disk);
        rig.format(random::nextLong, false).open();
        assertThat(rig.create(StoreRig.VOLUME, StoreRig.GENERATION).isOk()).isTrue();
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void overwrittenForeverAtEightyPercentWithCrashes(long seed) {
        start(seed);
        int pagesPerBlock = (int) (rig.store().status().usableBytes() / 4096 * 8 / 10 / BLOCKS);
        fill(pagesPerBlock);
        StoreStatus full = rig.store().status();
        assertThat(full.usedPercent()).as("seed %d", seed).isBetween(70, 82);
        for (int turn = 0; turn < 2500; turn++) {
            turn(pagesPerBlock);
            if (operationsLeft > 100 && random.nextInt(60) == 0) {
                operationsLeft = random.nextInt(12);
            }
            if (operationsLeft == 0) {
                crash(seed);
            }
        }
        operationsLeft = Integer.MAX_VALUE;
        crash(seed);
        StoreStatus status = rig.store().status();
        assertThat(status.isFailed()).isFalse();
        assertThat(crashes).isGreaterThan(10);
    }

    private void fill(int pagesPerBlock) {
        for (int block = 0; block < BLOCKS; block++) {
            for (int page = 0; page < pagesPerBlock; page += 8) {
                ask(Content.DATA, block, page, Math.min(8, pagesPerBlock - page));
            }
            settle();
        }
    }

    private void turn(int pagesPerBlock) {
        int writes = 1 + random.nextInt(4);
        for (int i = 0; i < writes; i++) {
            int first = random.nextInt(pagesPerBlock);
            int most = random.nextInt(20) == 0 ? 40 : 6;
            int pages = 1 + random.nextInt(Math.min(most, pagesPerBlock - first));
            int kind = random.nextInt(20);
            Content content = kind == 0 ? Content.TRIM : kind == 1 ? Content.ZERO : Content.DATA;
            ask(content, random.nextInt(BLOCKS), first, pages);
        }
        if (random.nextInt(10) == 0) {
            rig.epoch(rig.component().epoch() + 1);
        }
        if (random.nextInt(3) == 0) {
            rig.store().noteStable(rig.component(), rig.component().stable() + 1);
        }
        settle();
        if (random.nextInt(2) == 0) {
            rig.store().tick(0);
        }
    }

    private void ask(Content content, int block, int first, int pages) {
        long chosen = random.nextInt(5) == 0 ? version - random.nextInt(50) * 2 - 1 : version;
        version += 2;
        Asked asked = new Asked(content, chosen, block, first, pages);
        if (contents.containsKey(chosen)) {
            return;
        }
        contents.put(chosen, content);
        pending.add(new Pending(asked, rig.write(content, chosen, block, first, pages)));
        for (int page = first; page < first + pages; page++) {
            cell(block, page).open.add(chosen);
        }
    }

    private Cell cell(long block, int page) {
        return cells.computeIfAbsent(block * 1024 + page, _ -> new Cell());
    }

    /** Ends the turn and takes the answers into the model. */
    private void settle() {
        rig.store().flush();
        for (Pending one : pending) {
            boolean isOk = one.answer().status == ErrorCode.OK;
            if (operationsLeft > 0) {
                assertThat(one.answer().status).as("%s", rig.store()).isEqualTo(ErrorCode.OK);
            }
            Asked asked = one.asked();
            for (int page = asked.firstPage(); isOk && page < end(asked); page++) {
                Cell cell = cell(asked.block(), page);
                cell.acked = Math.max(cell.acked, asked.version());
                cell.open.removeIf(open -> open <= cell.acked);
            }
        }
        pending.clear();
    }

    private static int end(Asked asked) {
        return asked.firstPage() + asked.pages();
    }

    private void crash(long seed) {
        crashes++;
        operationsLeft = Integer.MAX_VALUE;
        int epoch = rig.component().epoch();
        rig.abandon();
        disk.crash();
        rig.open();
        assertThat(rig.refused).as("seed %d", seed).isNull();
        assertThat(rig.component().isDamaged()).as("seed %d", seed).isFalse();
        assertThat(rig.component().epoch()).as("seed %d", seed).isGreaterThanOrEqualTo(epoch);
        long mapped = 0;
        for (var entry : cells.entrySet()) {
            mapped += check(seed, entry.getKey(), entry.getValue());
        }
        assertThat(rig.component().mappedBytes()).isEqualTo(mapped * Pages.PAGE_BYTES);
        assertThat(rig.store().status().liveBytes()).isEqualTo(mapped * Pages.PAGE_BYTES);
    }

    /** Reads one page; 1 if it holds data. What is found is what must be found from now on. */
    private int check(long seed, long key, Cell cell) {
        long block = key / 1024;
        int page = (int) (key % 1024);
        ReadOp read = rig.read(block, page, 1);
        String where = "seed " + seed + " block " + block + " page " + page;
        assertThat(StoreRig.status(read)).as(where).isEqualTo(ErrorCode.OK);
        long found = read.newestVersion;
        if (found != cell.acked) {
            assertThat(cell.open).as(where + " acked " + cell.acked).contains(found);
        }
        boolean isData = found != 0 && contents.get(found) == Content.DATA;
        assertThat(rig.holds(0, isData ? found : 0, block, page)).as(where).isTrue();
        cell.acked = found;
        cell.open.clear();
        return isData ? 1 : 0;
    }

    @Test
    void writeAmplificationAtEightyPercentIsBounded() {
        start(77);
        int pagesPerBlock = (int) (rig.store().status().usableBytes() / 4096 * 8 / 10 / BLOCKS);
        fill(pagesPerBlock);
        for (int turn = 0; turn < 4000; turn++) {
            for (int i = 0; i < 4; i++) {
                int first = random.nextInt(pagesPerBlock / 4) * 4;
                ask(Content.DATA, random.nextInt(BLOCKS), first, 4);
            }
            settle();
        }
        StoreStatus status = rig.store().status();
        double amplification = (double) status.deviceBytesWritten() / status.clientBytesWritten();
        System.out.printf(
                "64 KiB segments, 80 %% full: write amplification %.2f, %d MiB by clients%n",
                amplification, status.clientBytesWritten() >> 20);
        assertThat(status.clientBytesWritten()).isGreaterThan(10L * SEGMENTS << 16);
        assertThat(amplification).isLessThan(12);
        crash(77);
    }
}
