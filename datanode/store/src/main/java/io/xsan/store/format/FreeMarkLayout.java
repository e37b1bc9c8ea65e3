package io.xsan.store.format;

import io.xsan.base.Pages;
import io.xsan.base.memory.Crc32c;
import java.nio.ByteBuffer;

/**
 * First page of a segment that the cleaner has freed.
 *
 * <pre>
 *    0 magic "XSFM" u32 | version u32     8 store id     16 sequence that was freed
 *   24 segment u32      28 zeros       4092 crc32c of all before
 * </pre>
 */
public final class FreeMarkLayout {
    /** First four bytes. */
    public static final int MAGIC = 0x4d465358;

    /** Format version written; also the only one read. */
    public static final int VERSION = 1;

    private static final int CRC = Pages.PAGE_BYTES - 4;

    private FreeMarkLayout() {}

    /** Writes a mark at the start of {@code target}. */
    public static void encode(
            ByteBuffer target, long storeId, int segment, long sequence, Crc32c crc) {
        for (int i = 0; i < Pages.PAGE_BYTES; i += 8) {
            target.putLong(i, 0);
        }
        target.putInt(0, MAGIC);
        target.putInt(4, VERSION);
        target.putLong(8, storeId);
        target.putLong(16, sequence);
        target.putInt(24, segment);
        target.putInt(CRC, crc.of(target, 0, CRC));
    }

    /** The sequence freed by the mark of {@code segment} at {@code at}, or 0 if there is none. */
    public static long freedSequence(
            ByteBuffer source, int at, long storeId, int segment, Crc32c crc) {
        boolean isMark =
                source.getInt(at) == MAGIC
                        && source.getInt(at + 4) == VERSION
                        && source.getLong(at + 8) == storeId
                        && source.getInt(at + 24) == segment
                        && source.getInt(at + CRC) == crc.of(source, at, CRC);
        return isMark ? source.getLong(at + 16) : 0;
    }
}
