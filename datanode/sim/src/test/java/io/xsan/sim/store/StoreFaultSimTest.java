package io.xsan.sim.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.ClusterId;
import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.seam.Disk;
import io.xsan.sim.disk.SimDisk;
import io.xsan.store.ReadOp;
import io.xsan.store.StoreComponent;
import io.xsan.store.StoreConfig;
import io.xsan.store.StoreOp;
import io.xsan.store.WriteOp.Content;
import io.xsan.store.format.DeviceRole;
import io.xsan.store.format.Superblock;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreFaultSimTest {
    private final SplittableRandom random = new SplittableRandom(5);
    private final SimDisk disk = new SimDisk(StoreRig.sizeOf(20), random::nextLong, SimDisk.INLINE);
    private final StoreRig rig = new StoreRig(disk);

    @BeforeEach
    void make() {
        rig.format(random::nextLong, false).open();
        assertThat(rig.create(StoreRig.VOLUME, StoreRig.GENERATION).isOk()).isTrue();
        reopen();
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private void reopen() {
        rig.abandon();
        disk.crash(_ -> false);
        rig.open();
    }

    /** One group: a header page and {@code pages} of payload. */
    private ErrorCode put(long version, int page, int pages) {
        StoreRig.Answer answer = rig.write(Content.DATA, version, 0, page, pages);
        rig.store().flush();
        return Objects.requireNonNull(answer.status);
    }

    private boolean holds(long version, int page) {
        ReadOp read = rig.read(0, page, 1);
        return StoreRig.status(read) == ErrorCode.OK && rig.holds(0, version, 0, page);
    }

    /** Offset on the device of a page of the segment that is open after {@link #reopen}. */
    private static long openOffset(int page) {
        return Superblock.SEGMENTS_OFFSET + StoreRig.SEGMENT_BYTES + (long) page * Pages.PAGE_BYTES;
    }

    @Test
    void damageBeforeTheEndOfTheLogIsNotCutButReported() {
        put(1, 0, 1);
        put(2, 1, 1);
        put(3, 2, 1);
        assertThat(disk.rot(openOffset(2) + 100, 3)).isTrue();
        reopen();
        assertThat(rig.component().isDamaged()).isTrue();
        assertThat(holds(1, 0)).isTrue();
        assertThat(holds(3, 2)).isTrue();
        reopen();
        assertThat(rig.component().isDamaged()).isTrue();
        assertThat(rig.create(StoreRig.VOLUME, 2).isOk()).isTrue();
        reopen();
        assertThat(Objects.requireNonNull(rig.store().component(StoreRig.VOLUME, 2)).isDamaged())
                .isFalse();
    }

    @Test
    void firstGroupOfTheOpenSegmentDamagedIsReportedToo() {
        put(1, 0, 1);
        put(2, 1, 1);
        disk.rot(openOffset(0), 0);
        reopen();
        assertThat(rig.component().isDamaged()).isTrue();
        assertThat(holds(2, 1)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void damageIsOverOnceWhatItMayHaveTakenWasWrittenAgain(int page) {
        put(1, 0, 1);
        put(2, 1, 1);
        put(3, 2, 1);
        disk.rot(openOffset(page) + 100, 3);
        reopen();
        assertThat(rig.component().isDamaged()).isTrue();
        for (int i = 0; i < 3; i++) {
            put(10 + i, i, 1);
        }
        assertThat(rig.repaired(rig.component()).isOk()).isTrue();
        assertThat(rig.component().isDamaged()).isFalse();
        reopen();
        assertThat(rig.component().isDamaged()).isFalse();
        for (int i = 0; i < 3; i++) {
            assertThat(holds(10 + i, i)).isTrue();
        }
    }

    @Test
    void damageStaysKnownWhileAComponentWasNotWrittenAgain() {
        assertThat(rig.create(StoreRig.VOLUME, 2).isOk()).isTrue();
        put(1, 0, 1);
        put(2, 1, 1);
        disk.rot(openOffset(2) + 100, 3);
        reopen();
        StoreComponent other = Objects.requireNonNull(rig.store().component(StoreRig.VOLUME, 2));
        assertThat(other.isDamaged()).isTrue();
        put(10, 0, 1);
        put(11, 1, 1);
        assertThat(rig.repaired(rig.component()).isOk()).isTrue();
        reopen();
        other = Objects.requireNonNull(rig.store().component(StoreRig.VOLUME, 2));
        assertThat(other.isDamaged()).isTrue();
        assertThat(holds(10, 0)).isTrue();
    }

    @Test
    void damageOlderThanTheMovedRecordOfAComponentIsReportedToo() {
        for (int i = 0; i < 3; i++) {
            put(1 + i, 4 * i, 4);
        }
        for (int i = 0; i < 400; i++) {
            put(10 + i, 20, 1);
            rig.store().tick(0);
        }
        reopen();
        assertThat(rig.component().isDamaged()).isFalse();
        assertThat(holds(1, 0)).isTrue();
        // Neither the summary of the oldest data nor one of their groups reads well any more.
        long summary = Superblock.SEGMENTS_OFFSET + 2L * StoreRig.SEGMENT_BYTES - 4000;
        assertThat(disk.rot(summary, 1)).isTrue();
        assertThat(disk.rot(openOffset(5) + 100, 3)).isTrue();
        reopen();
        assertThat(rig.component().isDamaged()).isTrue();
    }

    @Test
    void damagedSummaryIsMadeUpForByTheGroups() {
        for (int i = 0; i < 30; i++) {
            put(10 + i, i, 1);
        }
        for (int segment = 0; segment < 4; segment++) {
            disk.rot(
                    Superblock.SEGMENTS_OFFSET + (segment + 1L) * StoreRig.SEGMENT_BYTES - 4000, 1);
        }
        reopen();
        assertThat(rig.component().isDamaged()).isFalse();
        for (int i = 0; i < 30; i++) {
            assertThat(holds(10 + i, i)).isTrue();
        }
    }

    @Test
    void rottenPageIsNamedAndNeverReturned() {
        put(1, 0, 4);
        disk.rot(openOffset(3) + 77, 5);
        ReadOp read = rig.read(0, 0, 4);
        assertThat(StoreRig.status(read)).isEqualTo(ErrorCode.BLOCK_CORRUPTED);
        assertThat(read.badPage).isEqualTo(2);
        assertThat(holds(1, 1)).isTrue();
        put(1, 2, 1);
        assertThat(holds(1, 2)).isTrue();
        reopen();
        assertThat(holds(1, 2)).isTrue();
    }

    @Test
    void latentSectorErrorIsABadPageAndNotADeadDevice() {
        put(1, 0, 4);
        disk.failReadsAt(openOffset(1));
        ReadOp read = rig.read(0, 0, 4);
        assertThat(StoreRig.status(read)).isEqualTo(ErrorCode.BLOCK_CORRUPTED);
        assertThat(read.badPage).isZero();
        assertThat(rig.store().status().isFailed()).isFalse();
        assertThat(put(2, 0, 1)).isEqualTo(ErrorCode.OK);
        assertThat(holds(2, 0)).isTrue();
    }

    @Test
    void failedSyncEndsTheDeviceForGood() {
        put(1, 0, 1);
        disk.failNextSyncs(1);
        assertThat(put(2, 0, 1)).isEqualTo(ErrorCode.DEVICE_FAILED);
        assertThat(rig.store().status().isFailed()).isTrue();
        assertThat(put(3, 0, 1)).isEqualTo(ErrorCode.DEVICE_FAILED);
        assertThat(StoreRig.status(rig.read(0, 0, 1))).isEqualTo(ErrorCode.DEVICE_FAILED);
    }

    @Test
    void failedWriteEndsTheDeviceForGood() {
        disk.fill(true);
        assertThat(put(2, 0, 1)).isEqualTo(ErrorCode.DEVICE_FAILED);
        disk.fill(false);
        assertThat(put(3, 0, 1)).isEqualTo(ErrorCode.DEVICE_FAILED);
    }

    @Test
    void stuckDeviceAnswersNothingUntilItMoves() {
        disk.stick(true);
        StoreRig.Answer answer = rig.write(Content.DATA, 1, 0, 0, 1);
        rig.store().flush();
        assertThat(answer.status).isNull();
        disk.stick(false);
        assertThat(answer.isOk()).isTrue();
    }

    @Test
    void lyingDiskThatLostAGroupBeforeOthersIsFoundOut() {
        put(1, 0, 1);
        disk.lie(true);
        put(2, 1, 1);
        put(3, 2, 1);
        rig.abandon();
        disk.crash(index -> index >= 16);
        rig.open();
        assertThat(rig.component().isDamaged()).isTrue();
        assertThat(holds(1, 0)).isTrue();
    }

    @Test
    void misdirectedWriteIsNoticed() {
        put(1, 0, 1);
        disk.misdirectNextWrite(5L * StoreRig.SEGMENT_BYTES);
        put(2, 1, 1);
        assertThat(StoreRig.status(rig.read(0, 1, 1))).isEqualTo(ErrorCode.BLOCK_CORRUPTED);
        put(3, 2, 1);
        reopen();
        assertThat(rig.component().isDamaged()).isTrue();
        assertThat(holds(1, 0)).isTrue();
        assertThat(holds(3, 2)).isTrue();
    }

    @Test
    void deviceOfAnotherClusterOrNodeIsRefusedUntouched() {
        rig.abandon();
        long before = disk.contentHash();
        ClusterId other = new ClusterId(9, 9);
        for (int round = 0; round < 2; round++) {
            StoreConfig config =
                    new StoreConfig(
                            round == 0 ? other : StoreRig.CLUSTER,
                            2,
                            DeviceRole.CACHE,
                            StoreRig.SEGMENT_BYTES,
                            StoreRig.LIMITS);
            try (StoreRig stranger = new StoreRig(disk, config)) {
                stranger.open();
                assertThat(Objects.requireNonNull(stranger.refused).code())
                        .isEqualTo(ErrorCode.IDENTITY_MISMATCH);
                assertThat(stranger.refused.reason()).contains(round == 0 ? "cluster" : "node 1");
                stranger.format(random::nextLong, false);
                assertThat(stranger.refused).isNotNull();
            }
        }
        assertThat(disk.contentHash()).isEqualTo(before);
    }

    @Test
    void unknownSignatureIsNeverWrittenUnlessForced() {
        SimDisk foreign = new SimDisk(StoreRig.sizeOf(20), random::nextLong, SimDisk.INLINE);
        for (long offset : new long[] {0, 512 << 10, foreign.sizeBytes() - Pages.PAGE_BYTES}) {
            PageBuffer page = Objects.requireNonNull(rig.pool.take(Pages.PAGE_BYTES));
            page.segment().fill((byte) 3);
            Disk.Slice[] slices = {new Disk.Slice(page, 0, Pages.PAGE_BYTES)};
            SimDisk used = foreign.fork(random::nextLong, SimDisk.INLINE);
            used.write(offset, slices, 1, (_, _) -> {}, 0);
            page.release();
            long before = used.contentHash();
            try (StoreRig stranger = new StoreRig(used)) {
                stranger.open();
                assertThat(stranger.refused).isNotNull();
                stranger.format(random::nextLong, false);
                assertThat(stranger.refused).isNotNull();
                assertThat(used.contentHash()).isEqualTo(before);
                stranger.format(random::nextLong, true).open();
                assertThat(stranger.refused).isNull();
                assertThat(stranger.store().components()).isEmpty();
            }
        }
    }

    @Test
    void oneLostSuperblockIsMadeUpForByTheOther() {
        put(1, 0, 1);
        disk.rot(40, 1);
        reopen();
        assertThat(rig.refused).isNull();
        assertThat(holds(1, 0)).isTrue();
        disk.rot(disk.sizeBytes() - Pages.PAGE_BYTES + 40, 1);
        rig.abandon();
        rig.open();
        assertThat(Objects.requireNonNull(rig.refused).reason()).contains("damaged");
    }

    @Test
    void fullStoreRefusesDataAndWorksAgainAfterTrim() {
        int page = 0;
        long version = 1;
        while (put(version, page, 1) == ErrorCode.OK) {
            page++;
            version++;
        }
        assertThat(page * 4096L)
                .isBetween(
                        rig.store().status().usableBytes() * 9 / 10,
                        rig.store().status().usableBytes());
        assertThat(rig.store().status().usedPercent()).isBetween(94, 95);
        assertThat(put(5000, 0, 4)).isEqualTo(ErrorCode.OK);
        assertThat(put(5001, page, 1)).isEqualTo(ErrorCode.INSUFFICIENT_SPACE);
        assertThat(holds(0, page)).isTrue();
        StoreRig.Answer trim = rig.write(Content.TRIM, 5002, 0, 0, 40);
        rig.store().flush();
        assertThat(trim.isOk()).isTrue();
        for (int i = 0; i < 30; i++) {
            assertThat(put(6000 + i, page + i, 1)).isEqualTo(ErrorCode.OK);
        }
        reopen();
        assertThat(holds(0, 0)).isTrue();
        assertThat(holds(6029, page + 29)).isTrue();
    }

    @Test
    void fullStoreTakesOverwritesForever() {
        int page = 0;
        while (put(1 + page, page, 1) == ErrorCode.OK) {
            page++;
        }
        for (int i = 0; i < 2000; i++) {
            assertThat(put(10_000 + i, random.nextInt(page), 1))
                    .as("%d %s", i, rig.store())
                    .isEqualTo(ErrorCode.OK);
        }
    }

    @Test
    void droppedComponentsStayAwayWhenTheirRecordsAreCleaned() {
        for (int i = 0; i < 200; i++) {
            long generation = 2L + i;
            assertThat(rig.create(9, generation).isOk()).isTrue();
            var made = Objects.requireNonNull(rig.store().component(9, generation));
            rig.write(made, Content.DATA, 1, 0, 0, 3);
            rig.store().flush();
            StoreOp drop = new StoreOp(new StoreRig.Answer());
            drop.component = made;
            rig.store().drop(drop);
            rig.store().flush();
            rig.store().tick(0);
            put(100 + i, i % 20, 2);
            if (i % 10 == 9) {
                reopen();
                assertThat(rig.refused).isNull();
                assertThat(rig.store().components()).hasSize(1);
            }
        }
        assertThat(rig.store().status().liveBytes()).isEqualTo(rig.component().mappedBytes());
        assertThat(rig.component().isDamaged()).isFalse();
    }

    @Test
    void lostPagesReadAsBadOverCrashesAndTheCleanerUntilWrittenAgain() {
        put(1, 0, 4);
        StoreRig.Answer lost = rig.write(Content.LOST, 5, 0, 1, 2);
        rig.store().flush();
        assertThat(lost.isOk()).isTrue();
        assertThat(put(4, 2, 1)).isEqualTo(ErrorCode.OK);
        reopen();
        for (int version = 6; version < 1_000; version++) {
            assertThat(put(version, 9, 1)).isEqualTo(ErrorCode.OK);
        }
        assertThat(rig.store().status().cleanedSegments()).isPositive();
        reopen();
        ReadOp read = rig.read(0, 0, 4);
        assertThat(StoreRig.status(read)).isEqualTo(ErrorCode.BLOCK_CORRUPTED);
        assertThat(read.badPage).isEqualTo(1);
        assertThat(StoreRig.status(rig.read(0, 2, 1))).isEqualTo(ErrorCode.BLOCK_CORRUPTED);
        assertThat(holds(1, 0)).isTrue();
        assertThat(holds(1, 3)).isTrue();
        assertThat(rig.component().isDamaged()).isFalse();
        put(1_000, 1, 2);
        assertThat(holds(1_000, 1)).isTrue();
        assertThat(holds(1_000, 2)).isTrue();
    }
}
