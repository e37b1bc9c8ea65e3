package io.xsan.store.format;

import io.xsan.base.Pages;
import io.xsan.base.memory.Crc32c;
import java.nio.ByteBuffer;

/**
 * Header of one record, 64 bytes for a record of one page.
 *
 * <pre>
 *    0 crc32c u32 of the rest
 *    4 kind u8 | compression u8 (0 none) | encryption u8 (0 none) | flags u8 (0)
 *    8 volume           16 generation
 *   24 version (of the pages; the epoch in EPOCH; the stable version in STABLE and CREATE)
 *   32 block            40 time of the commit, milliseconds since 1970
 *   48 layer u32        52 first page u16 | pages u16
 *   56 payload page u32: first payload page within the segment; without payload the group's page
 *   60 crc32c u32 of each payload page; one zero if there is none
 * </pre>
 *
 * <p>Offset and length of the data are in pages of 4 KiB of the block. A CREATE's pages are those
 * of its descriptor.
 */
public final class RecordLayout {
    /** Bytes before the page checksums. */
    public static final int FIXED_BYTES = 60;

    /** Bytes of a record of at most one payload page. */
    public static final int MIN_BYTES = FIXED_BYTES + 4;

    /** Bytes of the largest record. */
    public static final int MAX_BYTES = FIXED_BYTES + 4 * Pages.PAGES_PER_BLOCK;

    /** Largest block index, exclusive. */
    public static final long BLOCKS_MAX = 1L << 30;

    private RecordLayout() {}

    /** Bytes of a record with {@code payloadPages} pages. */
    public static int bytes(int payloadPages) {
        return FIXED_BYTES + 4 * Math.max(1, payloadPages);
    }

    /** Bytes of the record at {@code at}, from its kind and pages. */
    public static int bytes(ByteBuffer source, int at) {
        return bytes(payloadPages(source, at));
    }

    /** Zeros the fixed part and sets the kind. */
    public static void begin(ByteBuffer target, int at, RecordKind kind) {
        for (int i = 0; i < MIN_BYTES; i += 4) {
            target.putInt(at + i, 0);
        }
        target.put(at + 4, (byte) kind.ordinal());
    }

    /** Sets whose record it is and its version. */
    public static void identity(
            ByteBuffer target, int at, long volume, long generation, long version) {
        target.putLong(at + 8, volume);
        target.putLong(at + 16, generation);
        target.putLong(at + 24, version);
    }

    /** Sets which pages of which block it is of. */
    public static void range(ByteBuffer target, int at, long block, int firstPage, int pages) {
        target.putLong(at + 32, block);
        target.putShort(at + 52, (short) firstPage);
        target.putShort(at + 54, (short) pages);
    }

    /** Sets the layer. */
    public static void layer(ByteBuffer target, int at, int layer) {
        target.putInt(at + 48, layer);
    }

    /** Sets the checksum of payload page {@code page}. */
    public static void pageCrc(ByteBuffer target, int at, int page, int crc) {
        target.putInt(at + FIXED_BYTES + 4 * page, crc);
    }

    /** Sets place and time, then the checksum: last. */
    public static void end(ByteBuffer target, int at, int payloadPage, long millis, Crc32c crc) {
        target.putLong(at + 40, millis);
        target.putInt(at + 56, payloadPage);
        target.putInt(at, crc.of(target, at + 4, bytes(target, at) - 4));
    }

    /**
     * True if a whole record with a right checksum and possible values stands at {@code at}, before
     * {@code end}.
     */
    public static boolean isValid(ByteBuffer source, int at, int end, Crc32c crc) {
        if (at < 0 || at + MIN_BYTES > end || kindNumber(source, at) >= RecordKind.count()) {
            return false;
        }
        if (pages(source, at) > Pages.PAGES_PER_BLOCK) {
            return false;
        }
        int bytes = bytes(source, at);
        return at + bytes <= end
                && source.getInt(at) == crc.of(source, at + 4, bytes - 4)
                && source.getShort(at + 5) == 0
                && source.get(at + 7) == 0
                && volume(source, at) > 0
                && generation(source, at) > 0
                && layer(source, at) >= 0
                && hasPossibleRange(source, at);
    }

    private static boolean hasPossibleRange(ByteBuffer source, int at) {
        RecordKind kind = kind(source, at);
        if (!kind.isOfPages()) {
            return kind != RecordKind.CREATE || pages(source, at) > 0;
        }
        return pages(source, at) > 0
                && firstPage(source, at) + pages(source, at) <= Pages.PAGES_PER_BLOCK
                && block(source, at) >= 0
                && block(source, at) < BLOCKS_MAX
                && version(source, at) > 0;
    }

    private static int kindNumber(ByteBuffer source, int at) {
        return Byte.toUnsignedInt(source.get(at + 4));
    }

    /** The kind; the record must be valid. */
    public static RecordKind kind(ByteBuffer source, int at) {
        return RecordKind.of(kindNumber(source, at));
    }

    /** The volume. */
    public static long volume(ByteBuffer source, int at) {
        return source.getLong(at + 8);
    }

    /** The component's generation. */
    public static long generation(ByteBuffer source, int at) {
        return source.getLong(at + 16);
    }

    /** The version, epoch or stable version. */
    public static long version(ByteBuffer source, int at) {
        return source.getLong(at + 24);
    }

    /** The block. */
    public static long block(ByteBuffer source, int at) {
        return source.getLong(at + 32);
    }

    /** When it was committed, milliseconds since 1970. */
    public static long millis(ByteBuffer source, int at) {
        return source.getLong(at + 40);
    }

    /** The layer. */
    public static int layer(ByteBuffer source, int at) {
        return source.getInt(at + 48);
    }

    /** First page within the block. */
    public static int firstPage(ByteBuffer source, int at) {
        return Short.toUnsignedInt(source.getShort(at + 52));
    }

    /** Pages of the block, or of the descriptor. */
    public static int pages(ByteBuffer source, int at) {
        return Short.toUnsignedInt(source.getShort(at + 54));
    }

    /** First payload page within the segment. */
    public static int payloadPage(ByteBuffer source, int at) {
        return source.getInt(at + 56);
    }

    /** Payload pages: none but for DATA and CREATE. */
    public static int payloadPages(ByteBuffer source, int at) {
        int kind = kindNumber(source, at);
        boolean hasPayload =
                kind == RecordKind.DATA.ordinal() || kind == RecordKind.CREATE.ordinal();
        return hasPayload ? pages(source, at) : 0;
    }

    /** Checksum of payload page {@code page}. */
    public static int pageCrc(ByteBuffer source, int at, int page) {
        return source.getInt(at + FIXED_BYTES + 4 * page);
    }
}
