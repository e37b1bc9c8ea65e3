package io.xsan.sim.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.ErrorCode;
import io.xsan.sim.disk.SimDisk;
import io.xsan.store.ExtentsOp;
import io.xsan.store.ReadOp;
import io.xsan.store.StoreOp;
import io.xsan.store.WriteOp;
import io.xsan.store.WriteOp.Content;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StoreBasicsSimTest {
    private final SplittableRandom random = new SplittableRandom(3);
    private final SimDisk disk = new SimDisk(StoreRig.sizeOf(40), random::nextLong, SimDisk.INLINE);
    private final StoreRig rig = new StoreRig(disk);

    @BeforeEach
    void make() {
        assertThat(rig.open().isBlank).isTrue();
        rig.format(random::nextLong, false).open();
        assertThat(rig.create(StoreRig.VOLUME, StoreRig.GENERATION).isOk()).isTrue();
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private void reopen() {
        rig.abandon();
        disk.crash();
        rig.open();
        assertThat(rig.refused).isNull();
    }

    @Test
    void writtenPagesAreReadAlsoAfterACrash() {
        StoreRig.Answer first = rig.write(Content.DATA, 5, 3, 10, 4);
        StoreRig.Answer second = rig.write(Content.DATA, 6, 3, 12, 1);
        assertThat(first.status).isNull();
        rig.store().flush();
        assertThat(first.isOk() && second.isOk()).isTrue();
        for (int round = 0; round < 3; round++) {
            ReadOp read = rig.read(3, 9, 6);
            assertThat(StoreRig.status(read)).isEqualTo(ErrorCode.OK);
            assertThat(read.newestVersion).isEqualTo(6);
            assertThat(rig.holds(0, 0, 3, 9)).isTrue();
            assertThat(rig.holds(1, 5, 3, 10)).isTrue();
            assertThat(rig.holds(2, 5, 3, 11)).isTrue();
            assertThat(rig.holds(3, 6, 3, 12)).isTrue();
            assertThat(rig.holds(4, 5, 3, 13)).isTrue();
            assertThat(rig.holds(5, 0, 3, 14)).isTrue();
            assertThat(rig.component().mappedBytes()).isEqualTo(4 * 4096);
            assertThat(rig.component().newestVersion()).isEqualTo(6);
            reopen();
        }
    }

    @Test
    void olderWriteIsAnsweredAndNotApplied() {
        rig.write(Content.DATA, 9, 0, 0, 2);
        rig.store().flush();
        StoreRig.Answer late = rig.write(Content.DATA, 4, 0, 0, 3);
        rig.store().flush();
        assertThat(late.isOk()).isTrue();
        for (int round = 0; round < 2; round++) {
            rig.read(0, 0, 3);
            assertThat(rig.holds(0, 9, 0, 0) && rig.holds(1, 9, 0, 1)).isTrue();
            assertThat(rig.holds(2, 4, 0, 2)).isTrue();
            reopen();
        }
    }

    @Test
    void trimReadsAsZerosAndIsListed() {
        rig.write(Content.DATA, 1, 0, 0, 8);
        rig.write(Content.TRIM, 3, 0, 2, 2);
        rig.write(Content.DATA, 2, 0, 3, 1);
        rig.write(Content.ZERO, 4, 2, 0, 1);
        rig.store().flush();
        for (int round = 0; round < 2; round++) {
            rig.read(0, 0, 8);
            assertThat(rig.holds(1, 1, 0, 1) && rig.holds(2, 0, 0, 2)).isTrue();
            assertThat(rig.holds(3, 0, 0, 3) && rig.holds(4, 1, 0, 4)).isTrue();
            ExtentsOp list = new ExtentsOp(new StoreRig.Answer(), 1024);
            list.component = rig.component();
            list.since = 1;
            rig.store().extents(list);
            rig.store().flush();
            assertThat(list.count()).isEqualTo(2);
            assertThat(list.content(0)).isEqualTo(Content.TRIM);
            assertThat(list.firstPage(0)).isEqualTo(2);
            assertThat(list.pages(0)).isEqualTo(2);
            assertThat(list.version(1)).isEqualTo(4);
            assertThat(list.block(1)).isEqualTo(2);
            assertThat(list.nextBlock).isEqualTo(-1);
            reopen();
        }
    }

    @Test
    void writeLargerThanASegmentIsSplit() {
        StoreRig.Answer answer = rig.write(Content.DATA, 1, 0, 100, 200);
        rig.store().flush();
        assertThat(answer.isOk()).isTrue();
        for (int round = 0; round < 2; round++) {
            rig.read(0, 100, 200);
            for (int page = 0; page < 200; page++) {
                assertThat(rig.holds(page, 1, 0, 100 + page)).isTrue();
            }
            reopen();
        }
    }

    @Test
    void epochAndStableAndCreationSurvive() {
        rig.epoch(7);
        rig.store().noteStable(rig.component(), 55);
        rig.store().flush();
        reopen();
        assertThat(rig.component().epoch()).isEqualTo(7);
        assertThat(rig.component().stable()).isEqualTo(55);
        assertThat(rig.component().descriptor())
                .isEqualTo(StoreRig.descriptor(StoreRig.VOLUME, StoreRig.GENERATION));
        assertThat(rig.component().isDamaged()).isFalse();
    }

    @Test
    void droppedComponentNeverComesBack() {
        rig.write(Content.DATA, 1, 0, 0, 8);
        StoreOp drop = new StoreOp(new StoreRig.Answer());
        drop.component = rig.component();
        rig.store().drop(drop);
        StoreRig.Answer late = rig.write(Content.DATA, 2, 0, 0, 1);
        rig.store().flush();
        assertThat(StoreRig.status(drop)).isEqualTo(ErrorCode.OK);
        assertThat(late.status).isEqualTo(ErrorCode.NOT_FOUND);
        reopen();
        assertThat(rig.store().components()).isEmpty();
        assertThat(rig.store().status().liveBytes()).isZero();
    }

    @Test
    void closedStoreIsFoundAsItWas() {
        rig.write(WriteOp.Content.DATA, 1, 0, 0, 3);
        StoreOp close = new StoreOp(new StoreRig.Answer());
        rig.store().close(close);
        assertThat(StoreRig.status(close)).isEqualTo(ErrorCode.OK);
        reopen();
        rig.read(0, 0, 3);
        assertThat(rig.holds(2, 1, 0, 2)).isTrue();
    }
}
