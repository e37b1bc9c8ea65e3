package io.xsan.store.format;

import io.xsan.base.Pages;
import io.xsan.base.memory.Crc32c;
import java.nio.ByteBuffer;

/**
 * Checkpoint of one segment, in its last pages, written when it is sealed: copies of all record
 * headers, then zeros, then a trailer in the last 64 bytes of the segment.
 *
 * <pre>
 *   trailer:  0 magic "XSSM" u32 | version u16 | flags u16 (1 groups are missing)
 *             8 store id      16 segment sequence   24 first group   32 last group
 *            40 segment u32 | end page u32 (of the groups)
 *            48 records u32 | record bytes u32
 *            56 crc of the last group u32 | crc32c u32 of all pages of the summary before it
 * </pre>
 */
public final class SummaryLayout {
    /** First four bytes of the trailer. */
    public static final int MAGIC = 0x4d535358;

    /** Format version written; also the only one read. */
    public static final int VERSION = 1;

    /** Bytes of the trailer. */
    public static final int TRAILER_BYTES = 64;

    private SummaryLayout() {}

    /** Pages of a summary of {@code recordBytes} bytes of records. */
    public static int pages(int recordBytes) {
        return Pages.exactPages(Pages.ceil(recordBytes + TRAILER_BYTES));
    }

    /** What the trailer says; mutable. */
    public static final class Trailer {
        /** Sequence number of the segment. */
        public long segmentSequence;

        /** First group in it. */
        public long firstGroup;

        /** Last group in it; first - 1 if there is none. */
        public long lastGroup;

        /** The segment. */
        public int segment;

        /** End of its groups, in pages. */
        public int endPage;

        /** Records. */
        public int records;

        /** Bytes of them. */
        public int recordBytes;

        /** True if groups of the segment were found damaged. */
        public boolean isDamaged;

        /** Checksum of the last group. */
        public int lastGroupCrc;

        /** Creates an empty trailer. */
        public Trailer() {}
    }

    /** Pads and seals a summary whose records stand from 0 in {@code target}. Returns its pages. */
    public static int end(ByteBuffer target, long storeId, Trailer trailer, Crc32c crc) {
        int pages = pages(trailer.recordBytes);
        int at = pages * Pages.PAGE_BYTES - TRAILER_BYTES;
        for (int i = trailer.recordBytes; i < at; i++) {
            target.put(i, (byte) 0);
        }
        target.putInt(at, MAGIC);
        target.putShort(at + 4, (short) VERSION);
        target.putShort(at + 6, (short) (trailer.isDamaged ? 1 : 0));
        target.putLong(at + 8, storeId);
        target.putLong(at + 16, trailer.segmentSequence);
        target.putLong(at + 24, trailer.firstGroup);
        target.putLong(at + 32, trailer.lastGroup);
        target.putInt(at + 40, trailer.segment);
        target.putInt(at + 44, trailer.endPage);
        target.putInt(at + 48, trailer.records);
        target.putInt(at + 52, trailer.recordBytes);
        target.putInt(at + 56, trailer.lastGroupCrc);
        target.putInt(at + 60, crc.of(target, 0, at + 60));
        return pages;
    }

    /**
     * Reads the trailer from the last 64 bytes before {@code end}; false if there is none of this
     * store with possible values. The checksum is not looked at.
     */
    public static boolean decode(ByteBuffer source, int end, long storeId, Trailer target) {
        int at = end - TRAILER_BYTES;
        if (source.getInt(at) != MAGIC
                || source.getShort(at + 4) != VERSION
                || source.getLong(at + 8) != storeId) {
            return false;
        }
        target.isDamaged = (source.getShort(at + 6) & 1) != 0;
        target.segmentSequence = source.getLong(at + 16);
        target.firstGroup = source.getLong(at + 24);
        target.lastGroup = source.getLong(at + 32);
        target.segment = source.getInt(at + 40);
        target.endPage = source.getInt(at + 44);
        target.records = source.getInt(at + 48);
        target.recordBytes = source.getInt(at + 52);
        target.lastGroupCrc = source.getInt(at + 56);
        return target.segmentSequence > 0
                && target.firstGroup > 0
                && target.lastGroup >= target.firstGroup - 1
                && target.endPage >= 0
                && target.records >= 0
                && target.recordBytes >= 0
                && target.recordBytes <= 1 << 28;
    }

    /** True if the summary that fills {@code source} up to {@code bytes} is unchanged. */
    public static boolean isWhole(ByteBuffer source, int bytes, Crc32c crc) {
        return source.getInt(bytes - 4) == crc.of(source, 0, bytes - 4);
    }
}
