package io.xsan.base.memory;

import io.xsan.base.Check;
import io.xsan.base.Pages;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * CRC-32C (Castagnoli, RFC 3720 B.4) over buffers without allocation. One instance per shard: it
 * carries the state of the JDK's intrinsic.
 */
public final class Crc32c {
    private final CRC32C crc = new CRC32C();

    /** CRC of {@code lengthBytes} bytes of {@code buffer} from {@code offsetBytes}. */
    public int of(PageBuffer buffer, int offsetBytes, int lengthBytes) {
        return of(buffer.bytes(), offsetBytes, lengthBytes);
    }

    /** As {@link #of(PageBuffer, int, int)}; position and limit of {@code bytes} are changed. */
    public int of(ByteBuffer bytes, int offsetBytes, int lengthBytes) {
        bytes.limit(offsetBytes + lengthBytes).position(offsetBytes);
        crc.reset();
        crc.update(bytes);
        bytes.clear();
        return (int) crc.getValue();
    }

    /**
     * Sets the page checksums of the {@code pages} pages of {@code buffer} from {@code firstPage}.
     */
    public void stamp(PageBuffer buffer, int firstPage, int pages) {
        for (int page = firstPage; page < firstPage + pages; page++) {
            buffer.setPageCrc(page, of(buffer, page * Pages.PAGE_BYTES, Pages.PAGE_BYTES));
        }
    }

    /**
     * Index of the first of the {@code pages} pages from {@code firstPage} whose bytes do not match
     * their checksum, or -1 if all do.
     */
    public int firstMismatch(PageBuffer buffer, int firstPage, int pages) {
        Check.that(firstPage >= 0 && pages >= 0, "pages are not negative", firstPage, pages);
        for (int page = firstPage; page < firstPage + pages; page++) {
            if (of(buffer, page * Pages.PAGE_BYTES, Pages.PAGE_BYTES) != buffer.pageCrc(page)) {
                return page;
            }
        }
        return -1;
    }
}
