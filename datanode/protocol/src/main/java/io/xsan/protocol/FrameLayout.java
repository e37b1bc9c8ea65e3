package io.xsan.protocol;

import io.xsan.base.Pages;

/**
 * Where the fields of a frame stand. Version 1; little-endian; every byte of the header is a field,
 * so there is no padding. See docs/formats/frame.md.
 *
 * <pre>
 *        0        1        2        3        4        5        6        7
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 *   0| magic "XSFR"                      | version| kind   | status          |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 *   8| flags                             | credits                           |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 *  16| cluster id, upper half                                                |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 *  24| cluster id, lower half                                                |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 *  32| volume                                                                |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 *  40| generation, or attachment                                             |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 *  48| incarnation, or session                                               |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 *  56| request id                                                            |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 *  64| version of the write                                                  |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 *  72| stable version                                                        |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 *  80| block, or offset in the volume                                        |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 *  88| aux                                                                   |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 *  96| target node     | source node     | epoch                             |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 * 104| layer                             | offset in the block               |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 * 112| length of the range               | length of the body                |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 * 120| CRC-32C of table, or of body      | CRC-32C of bytes 0 to 123         |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 * 128| body of a data frame: one CRC-32C per started page of the data, then  |
 *    | the data. Body of a byte frame: the bytes.                            |
 * </pre>
 */
public final class FrameLayout {
    /** "XSFR" read as a little-endian number. */
    public static final int MAGIC = 0x52465358;

    /** The format's version. */
    public static final int VERSION = 1;

    /** Bytes of a header. */
    public static final int HEADER_BYTES = 128;

    /** Offset of the magic, 4 bytes. */
    public static final int MAGIC_OFFSET = 0;

    /** Offset of the format version, 1 byte. */
    public static final int VERSION_OFFSET = 4;

    /** Offset of the number of the kind, 1 byte. */
    public static final int KIND_OFFSET = 5;

    /** Offset of the number of the status, 2 bytes. */
    public static final int STATUS_OFFSET = 6;

    /** Offset of the flags, 4 bytes. */
    public static final int FLAGS_OFFSET = 8;

    /** Offset of the credits, 4 bytes. */
    public static final int CREDITS_OFFSET = 12;

    /** Offset of the upper half of the cluster id, 8 bytes. */
    public static final int CLUSTER_HIGH_OFFSET = 16;

    /** Offset of the lower half of the cluster id, 8 bytes. */
    public static final int CLUSTER_LOW_OFFSET = 24;

    /** Offset of the volume, 8 bytes. */
    public static final int VOLUME_OFFSET = 32;

    /** Offset of the generation, 8 bytes. */
    public static final int GENERATION_OFFSET = 40;

    /** Offset of the incarnation, 8 bytes. */
    public static final int INCARNATION_OFFSET = 48;

    /** Offset of the request id, 8 bytes. */
    public static final int REQUEST_OFFSET = 56;

    /** Offset of the version of the write, 8 bytes. */
    public static final int WRITE_VERSION_OFFSET = 64;

    /** Offset of the stable version, 8 bytes. */
    public static final int STABLE_OFFSET = 72;

    /** Offset of the block, 8 bytes. */
    public static final int BLOCK_OFFSET = 80;

    /** Offset of aux, 8 bytes. */
    public static final int AUX_OFFSET = 88;

    /** Offset of the target node, 2 bytes. */
    public static final int TARGET_OFFSET = 96;

    /** Offset of the source node, 2 bytes. */
    public static final int SOURCE_OFFSET = 98;

    /** Offset of the epoch, 4 bytes. */
    public static final int EPOCH_OFFSET = 100;

    /** Offset of the layer, 4 bytes. */
    public static final int LAYER_OFFSET = 104;

    /** Offset of the range's start in the block, 4 bytes. */
    public static final int RANGE_OFFSET_OFFSET = 108;

    /** Offset of the range's length, 4 bytes. */
    public static final int RANGE_LENGTH_OFFSET = 112;

    /** Offset of the length of the body, 4 bytes. */
    public static final int BODY_LENGTH_OFFSET = 116;

    /** Offset of the payload checksum, 4 bytes. */
    public static final int PAYLOAD_CRC_OFFSET = 120;

    /** Offset of the header checksum, 4 bytes; it covers all bytes before. */
    public static final int HEADER_CRC_OFFSET = 124;

    /** Bytes of one entry of the page table. */
    public static final int PAGE_CRC_BYTES = 4;

    /** Most bytes of data in one frame: a block. Whoever has more to say splits it. */
    public static final int DATA_BYTES_MAX = Pages.BLOCK_BYTES;

    /** Most bytes of a page table. */
    public static final int TABLE_BYTES_MAX = Pages.PAGES_PER_BLOCK * PAGE_CRC_BYTES;

    /** Most bytes of a body that is not data. */
    public static final int BYTES_MAX = 64 << 10;

    /** Most bytes of a header and the table after it: what a writer needs room for. */
    public static final int PREFIX_BYTES_MAX = HEADER_BYTES + TABLE_BYTES_MAX;

    /** All flags of version 1. */
    static final int FLAGS_KNOWN =
            FrameHeader.FLAG_COPY
                    | FrameHeader.FLAG_FUA
                    | FrameHeader.FLAG_MAY_TRIM
                    | FrameHeader.FLAG_READ_ONLY
                    | FrameHeader.FLAG_DAMAGED
                    | FrameHeader.FLAG_RESERVE
                    | FrameHeader.FLAG_REPAIRED;

    private FrameLayout() {}

    /** Bytes of the page table of {@code dataBytes} of data: one entry per started page. */
    public static int tableBytes(int dataBytes) {
        return (int) (Pages.ceil(dataBytes) / Pages.PAGE_BYTES) * PAGE_CRC_BYTES;
    }
}
