package io.xsan.store.format;

import io.xsan.base.Pages;
import java.nio.ByteBuffer;

/**
 * Payload of a CREATE record: what a component is of. Checked by the record's page checksums.
 *
 * <pre>
 *    0 magic "XSCD" u32 | version u16 | flags u16 (1 damaged)
 *    8 node u32 | epoch u32     16 volume size, bytes     24 volume record bytes u32 | born u32
 *   32 volume record, then zeros
 * </pre>
 */
public final class DescriptorLayout {
    /** First four bytes. */
    public static final int MAGIC = 0x44435358;

    /** Format version written; also the only one read. */
    public static final int VERSION = 1;

    /** Of a component that was born later this is told, which is earlier and does no harm. */
    private static final long BORN_MAX = 0xffff_ffffL;

    /** Where the volume record starts. */
    public static final int RECORD = 32;

    /** Most bytes of a volume record. */
    public static final int RECORD_BYTES_MAX = 64 << 10;

    private DescriptorLayout() {}

    /** Pages of a descriptor with a volume record of {@code recordBytes}. */
    public static int pages(int recordBytes) {
        return Pages.exactPages(Pages.ceil(RECORD + recordBytes));
    }

    /** Writes a descriptor at {@code at}; the volume record is not consumed. */
    public static void encode(
            ByteBuffer target, int at, int node, long sizeBytes, ByteBuffer volumeRecord) {
        int length = volumeRecord.remaining();
        int end = at + pages(length) * Pages.PAGE_BYTES;
        target.putInt(at, MAGIC);
        target.putInt(at + 4, VERSION);
        target.putInt(at + 8, node);
        target.putInt(at + 12, 0);
        target.putLong(at + 16, sizeBytes);
        target.putInt(at + 24, length);
        target.putInt(at + 28, 0);
        target.put(at + RECORD, volumeRecord, volumeRecord.position(), length);
        for (int i = at + RECORD + length; i < end; i++) {
            target.put(i, (byte) 0);
        }
    }

    /**
     * Sets what the store knows of a component. {@code bornSequence}: no older segment holds
     * anything of it; 0 if that is not known.
     */
    public static void state(
            ByteBuffer target, int at, int epoch, long bornSequence, boolean isDamaged) {
        target.putShort(at + 6, (short) (isDamaged ? 1 : 0));
        target.putInt(at + 12, epoch);
        target.putInt(at + 28, (int) Math.min(bornSequence, BORN_MAX));
    }

    /** True if a descriptor with possible values stands at {@code at}, before {@code end}. */
    public static boolean isValid(ByteBuffer source, int at, int end) {
        return at + RECORD <= end
                && source.getInt(at) == MAGIC
                && source.getShort(at + 4) == VERSION
                && source.getInt(at + 8) > 0
                && source.getInt(at + 12) >= 0
                && source.getLong(at + 16) >= 0
                && source.getInt(at + 24) >= 0
                && source.getInt(at + 24) <= RECORD_BYTES_MAX
                && at + RECORD + source.getInt(at + 24) <= end;
    }

    /** The node. */
    public static int node(ByteBuffer source, int at) {
        return source.getInt(at + 8);
    }

    /** The highest epoch seen. */
    public static int epoch(ByteBuffer source, int at) {
        return source.getInt(at + 12);
    }

    /** True if acknowledged bytes may be missing. */
    public static boolean isDamaged(ByteBuffer source, int at) {
        return (source.getShort(at + 6) & 1) != 0;
    }

    /** Sequence of a segment before which nothing of the component was written. */
    public static long bornSequence(ByteBuffer source, int at) {
        return Integer.toUnsignedLong(source.getInt(at + 28));
    }

    /** The size of the volume. */
    public static long sizeBytes(ByteBuffer source, int at) {
        return source.getLong(at + 16);
    }

    /** A copy of the volume record. */
    public static ByteBuffer volumeRecord(ByteBuffer source, int at) {
        byte[] bytes = new byte[source.getInt(at + 24)];
        source.get(at + RECORD, bytes);
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }
}
