package io.xsan.sim.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.memory.PageBuffer;
import io.xsan.sim.disk.SimDisk;
import io.xsan.store.ReadOp;
import io.xsan.store.StoreOp;
import io.xsan.store.WriteOp;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Completions in any order, reads in flight while segments are cleaned: every read returns one
 * whole version, at least as new as what was acknowledged when it was asked for.
 */
class StoreAsyncSimTest {
    private static final int PAGES = 80;
    private static final int BLOCKS = 4;

    private SplittableRandom random = new SplittableRandom(1);
    private final List<Runnable> events = new ArrayList<>();
    private final TreeMap<Long, Long> acked = new TreeMap<>();
    private long version = 1;
    private int reads;
    private int writes;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void readsSeeWholeVersionsWhileTheCleanerWorks(long seed) {
        random = new SplittableRandom(seed);
        SimDisk disk =
                new SimDisk(
                        StoreRig.sizeOf(40),
                        random::nextLong,
                        (_, _, completion) -> events.add(completion));
        try (StoreRig rig = new StoreRig(disk)) {
            rig.format(random::nextLong, false);
            drain();
            rig.open();
            drain();
            rig.create(StoreRig.VOLUME, StoreRig.GENERATION);
            drain();
            for (int life = 0; life < 6; life++) {
                live(rig);
                if (random.nextInt(3) == 0) {
                    closeInOrder(rig);
                }
                rig.abandon();
                disk.crash();
                events.clear();
                rig.open();
                drain();
                assertThat(rig.component().isDamaged()).as("seed %d", seed).isFalse();
            }
        }
        assertThat(reads).isGreaterThan(500);
        assertThat(writes).isGreaterThan(2000);
    }

    private void live(StoreRig rig) {
        for (int step = 0; step < 6000; step++) {
            int choice = random.nextInt(10);
            if (choice < 2 && rig.pool.lentCount() < 30) {
                write(rig);
            } else if (choice == 2 && rig.pool.lentCount() < 40) {
                read(rig);
            } else if (choice == 3) {
                rig.store().flush();
            } else if (choice == 4) {
                rig.store().tick(0);
            } else if (!events.isEmpty()) {
                events.remove(random.nextInt(events.size())).run();
            }
        }
        rig.store().flush();
    }

    private void closeInOrder(StoreRig rig) {
        drain();
        rig.store().flush();
        drain();
        StoreRig.Answer answer = new StoreRig.Answer();
        rig.store().close(new StoreOp(answer));
        drain();
        assertThat(answer.status).as("%s", rig.store()).isEqualTo(ErrorCode.OK);
    }

    private void drain() {
        while (!events.isEmpty()) {
            events.remove(random.nextInt(events.size())).run();
        }
    }

    private void write(StoreRig rig) {
        writes++;
        long own = version++;
        int block = random.nextInt(BLOCKS);
        int first = random.nextInt(PAGES);
        int pages = 1 + random.nextInt(Math.min(5, PAGES - first));
        WriteOp op =
                new WriteOp((_, end) -> {
                    assertThat(end).isEqualTo(ErrorCode.OK);
                    for (int page = first; page < first + pages; page++) {
                        acked.merge(block * 1024L + page, own, Math::max);
                    }
                });
        op.component = rig.component();
        op.version = own;
        op.block = block;
        op.firstPage = first;
        op.pages = pages;
        rig.send(op);
    }

    private void read(StoreRig rig) {
        reads++;
        int block = random.nextInt(BLOCKS);
        int page = random.nextInt(PAGES);
        long least = acked.getOrDefault(block * 1024L + page, 0L);
        PageBuffer target = Objects.requireNonNull(rig.pool.take(Pages.PAGE_BYTES));
        ReadOp op =
                new ReadOp((done, end) -> {
                    assertThat(end).isEqualTo(ErrorCode.OK);
                    long found = ((ReadOp) done).newestVersion;
                    assertThat(found).isGreaterThanOrEqualTo(least);
                    for (int i = 0; i < Pages.PAGE_BYTES; i += 8) {
                        long expected = found == 0 ? 0 : StoreRig.pattern(found, block, page, i);
                        assertThat(target.bytes().getLong(i)).isEqualTo(expected);
                    }
                });
        op.component = rig.component();
        op.block = block;
        op.firstPage = page;
        op.pages = 1;
        op.buffer = target;
        rig.store().read(op);
        target.release();
    }
}
