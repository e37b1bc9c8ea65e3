package io.xsan.protocol;

import static io.xsan.protocol.FrameLayout.HEADER_BYTES;
import static io.xsan.protocol.FrameLayout.PAGE_CRC_BYTES;

import io.xsan.base.Check;
import io.xsan.base.Pages;
import io.xsan.base.memory.Crc32c;
import io.xsan.base.memory.PageBuffer;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the bytes of a frame that come before its data: header and page table. The data themselves
 * are not copied: they follow from the buffer they are in. Allocates nothing. One shard per
 * instance.
 */
public final class FrameWriter {
    private final Crc32c crc = new Crc32c();
    private final FrameCodec codec = new FrameCodec();

    /**
     * Writes header and page table into {@code out} from {@code offset} and returns their length,
     * at most {@link FrameLayout#PREFIX_BYTES_MAX}. The caller then sends {@link #dataBytes} bytes
     * of {@code body} from {@code bodyOffsetBytes}. Sets bodyBytes and payloadCrc of {@code
     * header}.
     *
     * <p>For data kinds {@code header.lengthBytes} says how much of the body is sent. Where it
     * starts at a page, the checksums set on whole pages are taken over; others are computed here.
     * For byte kinds {@code header.bodyBytes} says it. {@code out} is little-endian; its position
     * and limit are changed.
     */
    public int write(
            FrameHeader header,
            @Nullable PageBuffer body,
            int bodyOffsetBytes,
            ByteBuffer out,
            int offset) {
        int tableBytes = 0;
        header.payloadCrc = 0;
        if (!FrameCodec.hasBody(header)) {
            header.bodyBytes = 0;
        } else if (header.kind.body() == FrameKind.Body.DATA) {
            PageBuffer data = Check.present(body, "a data frame has a body");
            Check.that(
                    header.lengthBytes > 0 && header.lengthBytes <= FrameLayout.DATA_BYTES_MAX,
                    "data fits a frame",
                    header.lengthBytes);
            tableBytes = FrameLayout.tableBytes(header.lengthBytes);
            header.bodyBytes = tableBytes + header.lengthBytes;
            out.clear();
            writeTable(header.lengthBytes, data, bodyOffsetBytes, out, offset + HEADER_BYTES);
            header.payloadCrc = crc.of(out, offset + HEADER_BYTES, tableBytes);
        } else if (header.bodyBytes > 0) {
            PageBuffer data = Check.present(body, "a byte frame has a body");
            header.payloadCrc = crc.of(data, bodyOffsetBytes, header.bodyBytes);
        }
        codec.encode(header, out, offset);
        return HEADER_BYTES + tableBytes;
    }

    private void writeTable(
            int lengthBytes,
            PageBuffer body,
            int bodyOffsetBytes,
            ByteBuffer out,
            int tableOffset) {
        boolean isAligned = Pages.isAligned(bodyOffsetBytes);
        int entryOffset = tableOffset;
        for (int at = 0; at < lengthBytes; at += Pages.PAGE_BYTES) {
            int pageBytes = Math.min(Pages.PAGE_BYTES, lengthBytes - at);
            int from = bodyOffsetBytes + at;
            int pageCrc =
                    isAligned && pageBytes == Pages.PAGE_BYTES
                            ? body.pageCrc(from / Pages.PAGE_BYTES)
                            : crc.of(body, from, pageBytes);
            out.putInt(entryOffset, pageCrc);
            entryOffset += PAGE_CRC_BYTES;
        }
    }

    /** Bytes of the body buffer that follow what {@link #write} wrote. */
    public static int dataBytes(FrameHeader header) {
        if (!FrameCodec.hasBody(header)) {
            return 0;
        }
        return header.kind.body() == FrameKind.Body.DATA ? header.lengthBytes : header.bodyBytes;
    }
}
