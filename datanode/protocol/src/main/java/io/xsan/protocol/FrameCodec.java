package io.xsan.protocol;

import static io.xsan.protocol.FrameLayout.AUX_OFFSET;
import static io.xsan.protocol.FrameLayout.BLOCK_OFFSET;
import static io.xsan.protocol.FrameLayout.BODY_LENGTH_OFFSET;
import static io.xsan.protocol.FrameLayout.BYTES_MAX;
import static io.xsan.protocol.FrameLayout.CLUSTER_HIGH_OFFSET;
import static io.xsan.protocol.FrameLayout.CLUSTER_LOW_OFFSET;
import static io.xsan.protocol.FrameLayout.CREDITS_OFFSET;
import static io.xsan.protocol.FrameLayout.DATA_BYTES_MAX;
import static io.xsan.protocol.FrameLayout.EPOCH_OFFSET;
import static io.xsan.protocol.FrameLayout.FLAGS_KNOWN;
import static io.xsan.protocol.FrameLayout.FLAGS_OFFSET;
import static io.xsan.protocol.FrameLayout.GENERATION_OFFSET;
import static io.xsan.protocol.FrameLayout.HEADER_CRC_OFFSET;
import static io.xsan.protocol.FrameLayout.INCARNATION_OFFSET;
import static io.xsan.protocol.FrameLayout.KIND_OFFSET;
import static io.xsan.protocol.FrameLayout.LAYER_OFFSET;
import static io.xsan.protocol.FrameLayout.MAGIC;
import static io.xsan.protocol.FrameLayout.MAGIC_OFFSET;
import static io.xsan.protocol.FrameLayout.PAYLOAD_CRC_OFFSET;
import static io.xsan.protocol.FrameLayout.RANGE_LENGTH_OFFSET;
import static io.xsan.protocol.FrameLayout.RANGE_OFFSET_OFFSET;
import static io.xsan.protocol.FrameLayout.REQUEST_OFFSET;
import static io.xsan.protocol.FrameLayout.SOURCE_OFFSET;
import static io.xsan.protocol.FrameLayout.STABLE_OFFSET;
import static io.xsan.protocol.FrameLayout.STATUS_OFFSET;
import static io.xsan.protocol.FrameLayout.TARGET_OFFSET;
import static io.xsan.protocol.FrameLayout.VERSION;
import static io.xsan.protocol.FrameLayout.VERSION_OFFSET;
import static io.xsan.protocol.FrameLayout.VOLUME_OFFSET;
import static io.xsan.protocol.FrameLayout.WRITE_VERSION_OFFSET;
import static io.xsan.protocol.FrameLayout.tableBytes;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.Version;
import io.xsan.base.memory.Crc32c;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Fields to the 128 bytes of a header and back. Both directions hold the same rules, so that what
 * one side may write the other side accepts. Allocates nothing. One shard per instance.
 */
public final class FrameCodec {
    private final Crc32c crc = new Crc32c();

    /**
     * Writes {@code header} into {@code out} at {@code offset}; {@code out} is little-endian, its
     * position and limit are changed. Fields that {@link #check} refuses are a bug.
     */
    public void encode(FrameHeader header, ByteBuffer out, int offset) {
        Check.that(out.order() == ByteOrder.LITTLE_ENDIAN, "frames are little-endian");
        Check.that(
                check(header) == FrameFault.NONE, "header keeps the rules", header.kind.number());
        out.clear();
        out.putInt(offset + MAGIC_OFFSET, MAGIC);
        out.put(offset + VERSION_OFFSET, (byte) VERSION);
        out.put(offset + KIND_OFFSET, (byte) header.kind.number());
        out.putShort(offset + STATUS_OFFSET, (short) header.status.number());
        out.putInt(offset + FLAGS_OFFSET, header.flags);
        out.putInt(offset + CREDITS_OFFSET, header.credits);
        out.putLong(offset + CLUSTER_HIGH_OFFSET, header.clusterHigh);
        out.putLong(offset + CLUSTER_LOW_OFFSET, header.clusterLow);
        out.putLong(offset + VOLUME_OFFSET, header.volume);
        out.putLong(offset + GENERATION_OFFSET, header.generation);
        out.putLong(offset + INCARNATION_OFFSET, header.incarnation);
        out.putLong(offset + REQUEST_OFFSET, header.requestId);
        out.putLong(offset + WRITE_VERSION_OFFSET, header.version);
        out.putLong(offset + STABLE_OFFSET, header.stable);
        out.putLong(offset + BLOCK_OFFSET, header.block);
        out.putLong(offset + AUX_OFFSET, header.aux);
        out.putShort(offset + TARGET_OFFSET, (short) header.targetNode);
        out.putShort(offset + SOURCE_OFFSET, (short) header.sourceNode);
        out.putInt(offset + EPOCH_OFFSET, header.epoch);
        out.putInt(offset + LAYER_OFFSET, header.layer);
        out.putInt(offset + RANGE_OFFSET_OFFSET, header.offsetBytes);
        out.putInt(offset + RANGE_LENGTH_OFFSET, header.lengthBytes);
        out.putInt(offset + BODY_LENGTH_OFFSET, header.bodyBytes);
        out.putInt(offset + PAYLOAD_CRC_OFFSET, header.payloadCrc);
        out.putInt(offset + HEADER_CRC_OFFSET, crc.of(out, offset, HEADER_CRC_OFFSET));
    }

    /**
     * Reads the header at {@code offset} of {@code in}, which is little-endian and whose position
     * and limit are changed. Returns why it is none; the fields of {@code header} are then
     * arbitrary.
     */
    public FrameFault decode(ByteBuffer in, int offset, FrameHeader header) {
        Check.that(in.order() == ByteOrder.LITTLE_ENDIAN, "frames are little-endian");
        in.clear();
        if (in.getInt(offset + MAGIC_OFFSET) != MAGIC) {
            return FrameFault.WRONG_MAGIC;
        }
        if (in.get(offset + VERSION_OFFSET) != VERSION) {
            return FrameFault.WRONG_VERSION;
        }
        int headerCrc = in.getInt(offset + HEADER_CRC_OFFSET);
        if (crc.of(in, offset, HEADER_CRC_OFFSET) != headerCrc) {
            return FrameFault.HEADER_CORRUPT;
        }
        FrameKind kind = FrameKind.of(in.get(offset + KIND_OFFSET) & 0xff);
        if (kind == null) {
            return FrameFault.UNKNOWN_KIND;
        }
        header.kind = kind;
        header.status = ErrorCode.of(in.getShort(offset + STATUS_OFFSET) & 0xffff);
        readFields(in, offset, header);
        return check(header);
    }

    private static void readFields(ByteBuffer in, int offset, FrameHeader header) {
        header.flags = in.getInt(offset + FLAGS_OFFSET);
        header.credits = in.getInt(offset + CREDITS_OFFSET);
        header.clusterHigh = in.getLong(offset + CLUSTER_HIGH_OFFSET);
        header.clusterLow = in.getLong(offset + CLUSTER_LOW_OFFSET);
        header.volume = in.getLong(offset + VOLUME_OFFSET);
        header.generation = in.getLong(offset + GENERATION_OFFSET);
        header.incarnation = in.getLong(offset + INCARNATION_OFFSET);
        header.requestId = in.getLong(offset + REQUEST_OFFSET);
        header.version = in.getLong(offset + WRITE_VERSION_OFFSET);
        header.stable = in.getLong(offset + STABLE_OFFSET);
        header.block = in.getLong(offset + BLOCK_OFFSET);
        header.aux = in.getLong(offset + AUX_OFFSET);
        header.targetNode = in.getShort(offset + TARGET_OFFSET) & 0xffff;
        header.sourceNode = in.getShort(offset + SOURCE_OFFSET) & 0xffff;
        header.epoch = in.getInt(offset + EPOCH_OFFSET);
        header.layer = in.getInt(offset + LAYER_OFFSET);
        header.offsetBytes = in.getInt(offset + RANGE_OFFSET_OFFSET);
        header.lengthBytes = in.getInt(offset + RANGE_LENGTH_OFFSET);
        header.bodyBytes = in.getInt(offset + BODY_LENGTH_OFFSET);
        header.payloadCrc = in.getInt(offset + PAYLOAD_CRC_OFFSET);
    }

    /** Why the fields of {@code header} (bodyBytes set) do not make a frame, or NONE. */
    public static FrameFault check(FrameHeader header) {
        if ((header.flags & ~FLAGS_KNOWN) != 0
                || header.credits < 0
                || header.volume < 0
                || header.version < 0
                || header.stable < 0
                || header.block < 0
                || header.epoch < 0
                || header.epoch > Version.EPOCH_MAX
                || header.layer < 0
                || header.offsetBytes < 0
                || header.lengthBytes < 0) {
            return FrameFault.BAD_LENGTH;
        }
        return rangeFits(header) && bodyFits(header) ? FrameFault.NONE : FrameFault.BAD_LENGTH;
    }

    private static boolean rangeFits(FrameHeader header) {
        return switch (header.kind) {
            case WRITE, TRIM, ZERO, LOSE, READ -> isPagesOfBlock(header);
            case READ_DATA -> header.status != ErrorCode.OK || isPagesOfBlock(header);
            case VOLUME_READ, VOLUME_WRITE -> isDataOfVolume(header);
            case VOLUME_READ_DATA -> header.status != ErrorCode.OK || isDataOfVolume(header);
            case VOLUME_TRIM, VOLUME_ZERO -> isRangeOfVolume(header);
            default -> true;
        };
    }

    private static boolean isPagesOfBlock(FrameHeader header) {
        return header.lengthBytes > 0
                && header.lengthBytes <= Pages.BLOCK_BYTES
                && header.offsetBytes <= Pages.BLOCK_BYTES - header.lengthBytes
                && Pages.isAligned(header.offsetBytes)
                && Pages.isAligned(header.lengthBytes);
    }

    private static boolean isDataOfVolume(FrameHeader header) {
        return header.lengthBytes <= DATA_BYTES_MAX && isRangeOfVolume(header);
    }

    private static boolean isRangeOfVolume(FrameHeader header) {
        return header.lengthBytes > 0 && header.block <= Long.MAX_VALUE - header.lengthBytes;
    }

    private static boolean bodyFits(FrameHeader header) {
        if (!hasBody(header)) {
            return header.bodyBytes == 0 && header.payloadCrc == 0;
        }
        if (header.kind.body() == FrameKind.Body.BYTES) {
            return header.bodyBytes >= 0
                    && header.bodyBytes <= BYTES_MAX
                    && (header.bodyBytes > 0 || header.payloadCrc == 0);
        }
        return header.bodyBytes == tableBytes(header.lengthBytes) + header.lengthBytes;
    }

    /** True if a body follows (it may be empty): its kind has one and the status is OK. */
    public static boolean hasBody(FrameHeader header) {
        return header.kind.body() != FrameKind.Body.NONE && header.status == ErrorCode.OK;
    }
}
