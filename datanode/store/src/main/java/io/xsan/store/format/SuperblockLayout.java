package io.xsan.store.format;

import io.xsan.base.ClusterId;
import io.xsan.base.Pages;
import io.xsan.base.memory.Crc32c;
import java.nio.ByteBuffer;

/**
 * One page that says whose device this is.
 *
 * <pre>
 *    0 magic "XSANSUPR"      8 version u16 | role u8 | copy u8 | length u32
 *   16 cluster id high      24 cluster id low
 *   32 store id             40 device id
 *   48 node u32 | device index u32 (0)
 *   56 own offset           64 device bytes
 *   72 segments offset      80 segment bytes u32 | segment count u32
 *   88 block bytes u32 | page bytes u32
 *   96 zeros             4092 crc32c of all before
 * </pre>
 */
public final class SuperblockLayout {
    /** First eight bytes. */
    public static final long MAGIC = 0x525055534e415358L;

    /** Format version written; also the only one read. */
    public static final int VERSION = 1;

    /** Bytes of a copy. */
    public static final int BYTES = Pages.PAGE_BYTES;

    private static final int CRC = BYTES - 4;
    private static final int USED = 96;

    private SuperblockLayout() {}

    /** What a page that should be a superblock is. */
    public enum State {
        /** A superblock of this format. */
        VALID,
        /** All zeros. */
        ZEROS,
        /** Has the magic, but not the checksum, place or ranges. */
        DAMAGED,
        /** A superblock of a newer format. */
        NEWER,
        /** Anything else. */
        FOREIGN
    }

    /** Writes copy {@code copy} of {@code block} at {@code at}. */
    public static void encode(Superblock block, int copy, ByteBuffer target, int at, Crc32c crc) {
        for (int i = 0; i < BYTES; i += 8) {
            target.putLong(at + i, 0);
        }
        target.putLong(at, MAGIC);
        target.putShort(at + 8, (short) VERSION);
        target.put(at + 10, (byte) block.role().ordinal());
        target.put(at + 11, (byte) copy);
        target.putInt(at + 12, USED);
        target.putLong(at + 16, block.cluster().high());
        target.putLong(at + 24, block.cluster().low());
        target.putLong(at + 32, block.storeId());
        target.putLong(at + 40, block.deviceId());
        target.putInt(at + 48, block.node());
        target.putLong(at + 56, Superblock.copyOffset(copy, block.deviceBytes()));
        target.putLong(at + 64, block.deviceBytes());
        target.putLong(at + 72, Superblock.SEGMENTS_OFFSET);
        target.putInt(at + 80, block.segmentBytes());
        target.putInt(at + 84, block.segmentCount());
        target.putInt(at + 88, Pages.BLOCK_BYTES);
        target.putInt(at + 92, Pages.PAGE_BYTES);
        target.putInt(at + CRC, crc.of(target, at, CRC));
    }

    /** What stands at {@code at}, read from {@code ownOffset} of the device. */
    public static State state(ByteBuffer source, int at, long ownOffset, Crc32c crc) {
        if (source.getLong(at) != MAGIC) {
            return isZeros(source, at) ? State.ZEROS : State.FOREIGN;
        }
        if (source.getInt(at + CRC) != crc.of(source, at, CRC)) {
            return State.DAMAGED;
        }
        if (Short.toUnsignedInt(source.getShort(at + 8)) > VERSION) {
            return State.NEWER;
        }
        boolean isPossible =
                source.getShort(at + 8) == VERSION
                        && source.getLong(at + 56) == ownOffset
                        && source.getLong(at + 72) == Superblock.SEGMENTS_OFFSET
                        && source.getInt(at + 88) == Pages.BLOCK_BYTES
                        && source.getInt(at + 92) == Pages.PAGE_BYTES
                        && source.get(at + 10) >= 0
                        && source.get(at + 10) < DeviceRole.values().length
                        && (source.getLong(at + 16) | source.getLong(at + 24)) != 0
                        && source.getLong(at + 32) > 0
                        && source.getLong(at + 40) > 0
                        && source.getInt(at + 48) > 0
                        && Superblock.isPossible(
                                source.getLong(at + 64),
                                source.getInt(at + 80),
                                source.getInt(at + 84));
        return isPossible ? State.VALID : State.DAMAGED;
    }

    /** Reads a copy whose {@link #state} is VALID. */
    public static Superblock decode(ByteBuffer source, int at) {
        return new Superblock(
                new ClusterId(source.getLong(at + 16), source.getLong(at + 24)),
                source.getInt(at + 48),
                DeviceRole.values()[source.get(at + 10)],
                source.getLong(at + 32),
                source.getLong(at + 40),
                source.getLong(at + 64),
                source.getInt(at + 80),
                source.getInt(at + 84));
    }

    private static boolean isZeros(ByteBuffer source, int at) {
        for (int i = 0; i < BYTES; i += 8) {
            if (source.getLong(at + i) != 0) {
                return false;
            }
        }
        return true;
    }
}
