package io.xsan.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.ClusterId;
import io.xsan.base.Pages;
import io.xsan.store.format.DeviceRole;
import io.xsan.store.format.Superblock;
import io.xsan.store.index.Extent;
import io.xsan.store.segment.SegmentTable;
import org.junit.jupiter.api.Test;

class SpaceTest {
    private static final int SEGMENT_BYTES = 4 << 20;
    private static final long DEVICE_BYTES = 1L << 30;

    private final Superblock superblock =
            new Superblock(
                    new ClusterId(1, 2),
                    1,
                    DeviceRole.CACHE,
                    3,
                    4,
                    DEVICE_BYTES,
                    SEGMENT_BYTES,
                    Superblock.segmentsOn(DEVICE_BYTES, SEGMENT_BYTES));
    private final Space space =
            new Space(superblock, new SegmentTable(superblock.segmentCount()), Limits.DEFAULT);
    private final long usablePages = space.usableBytes() / Pages.PAGE_BYTES;

    private void use(long pages) {
        for (long left = pages; left > 0; ) {
            int part = (int) Math.min(left, superblock.segmentPages());
            space.onMapped(Extent.DATA, superblock.offset(0, 0) / Pages.PAGE_BYTES, part);
            left -= part;
        }
    }

    @Test
    void hostsAreRefusedAtNinetyFivePercent() {
        use(usablePages * 95 / 100 - 10);

        assertThat(space.hasRoom(10, false)).isTrue();
        assertThat(space.hasRoom(11, false)).isFalse();
    }

    @Test
    void whatMayNotBeRefusedHasTheRestAndAReserve() {
        use(usablePages * 95 / 100);

        assertThat(space.hasRoom(usablePages / 20, true)).isTrue();
        assertThat(space.hasRoom(usablePages / 20 + usablePages / 50, true)).isTrue();
        assertThat(space.hasRoom(usablePages / 5, true)).isFalse();
    }
}
