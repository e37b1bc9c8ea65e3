package io.xsan.store.format;

import io.xsan.base.Pages;
import io.xsan.base.memory.Crc32c;
import java.nio.ByteBuffer;

/**
 * Header page(s) of a group: what one commit wrote. The payload pages of its records follow, in the
 * order of the records.
 *
 * <pre>
 *    0 magic "XSGR" u32 | version u16 | header pages u16
 *    8 store id            16 segment sequence      24 group sequence
 *   32 segment u32 | page within the segment u32
 *   40 records u32 | payload pages u32
 *   48 crc of the group before u32 | bytes used u32 | zero u32
 *   60 record headers, one after the other, then zeros
 *   end-4 crc32c u32 of all header pages before it
 * </pre>
 */
public final class GroupLayout {
    /** First four bytes. */
    public static final int MAGIC = 0x52475358;

    /** Format version written; also the only one read. */
    public static final int VERSION = 1;

    /** Where the records start. */
    public static final int RECORDS = 60;

    private GroupLayout() {}

    /** Header pages for {@code usedBytes} of group header and records. */
    public static int headerPages(int usedBytes) {
        return Pages.exactPages(Pages.ceil(usedBytes + 4));
    }

    /** Writes the place of the group; the records are in place. */
    public static void place(ByteBuffer target, long storeId, GroupPlace place) {
        target.putInt(0, MAGIC);
        target.putShort(4, (short) VERSION);
        target.putLong(8, storeId);
        target.putLong(16, place.segmentSequence);
        target.putLong(24, place.groupSequence);
        target.putInt(32, place.segment);
        target.putInt(36, place.page);
        target.putInt(48, place.previousCrc);
    }

    /** Writes the counts, pads and seals: last. Returns the group's checksum. */
    public static int end(
            ByteBuffer target, int usedBytes, int records, int payloadPages, Crc32c crc) {
        int pages = headerPages(usedBytes);
        int end = pages * Pages.PAGE_BYTES - 4;
        target.putShort(6, (short) pages);
        target.putInt(40, records);
        target.putInt(44, payloadPages);
        target.putInt(52, usedBytes);
        target.putInt(56, 0);
        for (int at = usedBytes; at < end; at++) {
            target.put(at, (byte) 0);
        }
        int sum = crc.of(target, 0, end);
        target.putInt(end, sum);
        return sum;
    }

    /** True if the page at {@code at} starts like a group of this format and store. */
    public static boolean isStart(ByteBuffer source, int at, long storeId) {
        return source.getInt(at) == MAGIC
                && source.getShort(at + 4) == VERSION
                && source.getLong(at + 8) == storeId
                && headerPages(source, at) >= 1
                && usedBytes(source, at) >= RECORDS
                && usedBytes(source, at) <= headerPages(source, at) * Pages.PAGE_BYTES - 4;
    }

    /** True if the whole header stands at {@code at}, before {@code end}, unchanged. */
    public static boolean isWhole(ByteBuffer source, int at, int end, Crc32c crc) {
        int bytes = headerPages(source, at) * Pages.PAGE_BYTES;
        return at + bytes <= end
                && source.getInt(at + bytes - 4) == crc.of(source, at, bytes - 4)
                && records(source, at) >= 0
                && payloadPages(source, at) >= 0;
    }

    /** Header pages. */
    public static int headerPages(ByteBuffer source, int at) {
        return Short.toUnsignedInt(source.getShort(at + 6));
    }

    /** Sequence number of its segment. */
    public static long segmentSequence(ByteBuffer source, int at) {
        return source.getLong(at + 16);
    }

    /** Its own sequence number, without gaps over all groups of a store. */
    public static long groupSequence(ByteBuffer source, int at) {
        return source.getLong(at + 24);
    }

    /** Segment it was meant for. */
    public static int segment(ByteBuffer source, int at) {
        return source.getInt(at + 32);
    }

    /** Page of the segment it was meant for. */
    public static int page(ByteBuffer source, int at) {
        return source.getInt(at + 36);
    }

    /** Records. */
    public static int records(ByteBuffer source, int at) {
        return source.getInt(at + 40);
    }

    /** Payload pages. */
    public static int payloadPages(ByteBuffer source, int at) {
        return source.getInt(at + 44);
    }

    /** Checksum of the group before it. */
    public static int previousCrc(ByteBuffer source, int at) {
        return source.getInt(at + 48);
    }

    /** Bytes of group header and records. */
    public static int usedBytes(ByteBuffer source, int at) {
        return source.getInt(at + 52);
    }

    /** Its checksum. */
    public static int crc(ByteBuffer source, int at) {
        return source.getInt(at + headerPages(source, at) * Pages.PAGE_BYTES - 4);
    }
}
