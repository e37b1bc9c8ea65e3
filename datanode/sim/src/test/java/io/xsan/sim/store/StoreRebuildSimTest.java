package io.xsan.sim.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.seam.Disk;
import io.xsan.sim.disk.SimDisk;
import io.xsan.store.ExtentsOp;
import io.xsan.store.ReadOp;
import io.xsan.store.WriteOp.Content;
import io.xsan.store.format.Superblock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The index is worth nothing: with all checkpoints gone the segments alone give the same one. */
class StoreRebuildSimTest {
    private static final int SEGMENTS = 40;
    private static final int BLOCKS = 4;
    private static final int PAGES = 90;

    private SplittableRandom random = new SplittableRandom(0);
    private long version = 1_000;

    private SimDisk written(long seed) {
        random = new SplittableRandom(seed);
        SimDisk disk =
                new SimDisk(StoreRig.sizeOf(SEGMENTS), () -> random.nextLong(), SimDisk.INLINE);
        try (StoreRig rig = new StoreRig(disk)) {
            rig.format(random::nextLong, false).open();
            assertThat(rig.create(StoreRig.VOLUME, StoreRig.GENERATION).isOk()).isTrue();
            for (int turn = 0; turn < 1_500; turn++) {
                turn(rig);
            }
            assertThat(rig.store().status().cleanedSegments()).isGreaterThan(SEGMENTS);
        }
        return disk;
    }

    private void turn(StoreRig rig) {
        List<StoreRig.Answer> answers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int first = random.nextInt(PAGES);
            int pages = 1 + random.nextInt(Math.min(8, PAGES - first));
            int kind = random.nextInt(12);
            Content content = kind == 0 ? Content.TRIM : kind == 1 ? Content.ZERO : Content.DATA;
            answers.add(rig.write(content, version++, random.nextInt(BLOCKS), first, pages));
        }
        if (random.nextInt(20) == 0) {
            answers.add(rig.epoch(rig.component().epoch() + 1));
        }
        rig.store().noteStable(rig.component(), version / 2);
        rig.store().flush();
        rig.store().tick(0);
        answers.forEach(answer -> assertThat(answer.isOk()).isTrue());
    }

    /** All that the index knows: state of the component, and each extent with its content. */
    private static List<String> index(StoreRig rig) {
        List<String> lines = new ArrayList<>();
        lines.add(
                "epoch %d newest %d mapped %d damaged %s"
                        .formatted(
                                rig.component().epoch(),
                                rig.component().newestVersion(),
                                rig.component().mappedBytes(),
                                rig.component().isDamaged()));
        lines.add("live " + rig.store().status().liveBytes());
        ExtentsOp op = new ExtentsOp(new StoreRig.Answer(), 4_096);
        op.component = rig.component();
        rig.store().extents(op);
        rig.store().flush();
        assertThat(StoreRig.status(op)).isEqualTo(ErrorCode.OK);
        assertThat(op.nextBlock).isEqualTo(-1);
        for (int i = 0; i < op.count(); i++) {
            lines.add(
                    "%d.%d+%d %d %s"
                            .formatted(
                                    op.block(i),
                                    op.firstPage(i),
                                    op.pages(i),
                                    op.version(i),
                                    op.content(i)));
        }
        for (int page = 0; page < BLOCKS * PAGES; page++) {
            ReadOp read = rig.read(page / PAGES, page % PAGES, 1);
            assertThat(StoreRig.status(read)).isEqualTo(ErrorCode.OK);
            lines.add("page %d crc %08x".formatted(page, rig.out.pageCrc(0)));
        }
        return lines;
    }

    private static List<String> openedIndex(SimDisk disk) {
        try (StoreRig rig = new StoreRig(disk).open()) {
            return index(rig);
        }
    }

    /** Zeros over the last page of every segment, where the checkpoint of a sealed one ends. */
    private static SimDisk withoutCheckpoints(SimDisk source) {
        SimDisk disk = source.fork(() -> 1, SimDisk.INLINE);
        try (StoreRig rig = new StoreRig(disk)) {
            PageBuffer zeros = Objects.requireNonNull(rig.pool.take(Pages.PAGE_BYTES));
            zeros.segment().fill((byte) 0);
            Disk.Completion ok = (_, outcome) -> assertThat(outcome).isEqualTo(Disk.Outcome.OK);
            for (int segment = 0; segment < SEGMENTS; segment++) {
                long end = Superblock.SEGMENTS_OFFSET + (segment + 1L) * StoreRig.SEGMENT_BYTES;
                Disk.Slice[] page = {new Disk.Slice(zeros, 0, Pages.PAGE_BYTES)};
                disk.write(end - Pages.PAGE_BYTES, page, 1, ok, 0);
            }
            disk.sync(ok, 0);
            zeros.release();
        }
        return disk;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void withoutCheckpointsTheIndexIsTheSame(long seed) {
        SimDisk disk = written(seed);
        List<String> before = openedIndex(disk.fork(() -> 1, SimDisk.INLINE));

        assertThat(openedIndex(withoutCheckpoints(disk))).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(longs = {6, 7, 8, 9, 10})
    void rebuildMakesTheSameIndexAndCheckpointsThatGiveItAgain(long seed) {
        SimDisk disk = written(seed);
        List<String> before = openedIndex(disk.fork(() -> 1, SimDisk.INLINE));
        SimDisk bare = withoutCheckpoints(disk);

        try (StoreRig rig = new StoreRig(bare).rebuild()) {
            assertThat(index(rig)).isEqualTo(before);
        }
        bare.crash();
        assertThat(openedIndex(bare)).isEqualTo(before);
    }

    @Test
    void rebuildOfADeviceWithoutAStoreWritesNothing() {
        SimDisk blank = new SimDisk(StoreRig.sizeOf(SEGMENTS), () -> 1, SimDisk.INLINE);
        long before = blank.contentHash();
        try (StoreRig rig = new StoreRig(blank).rebuild()) {
            assertThat(rig.isBlank).isTrue();
        }
        assertThat(blank.contentHash()).isEqualTo(before);
    }
}
