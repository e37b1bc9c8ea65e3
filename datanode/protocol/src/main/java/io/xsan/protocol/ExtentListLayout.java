package io.xsan.protocol;

import io.xsan.base.Pages;
import java.nio.ByteBuffer;

/**
 * Body of EXTENT_LIST: entries of 24 bytes, in order of block and page.
 *
 * <pre>
 *   block u64 | version u64 | firstPage u16 | pages u16 | content u8 | 0 u24
 * </pre>
 *
 * <p>Content: 0 data, 1 trimmed, 2 zeroed, 3 lost. See docs/formats/extent-list.md.
 */
public final class ExtentListLayout {
    /** Bytes of an entry. */
    public static final int ENTRY_BYTES = 24;

    /** Most entries of one body. */
    public static final int ENTRIES_MAX = (64 << 10) / ENTRY_BYTES;

    private static final int BLOCK = 0;
    private static final int VERSION = 8;
    private static final int FIRST_PAGE = 16;
    private static final int PAGES = 18;
    private static final int CONTENT = 20;

    private ExtentListLayout() {}

    /** Writes entry {@code index} of a body that starts at byte 0 of {@code body}. */
    public static void put(
            ByteBuffer body, int index, long block, long version, int range, int content) {
        int at = index * ENTRY_BYTES;
        body.putLong(at + BLOCK, block);
        body.putLong(at + VERSION, version);
        body.putInt(at + FIRST_PAGE, range);
        body.putInt(at + CONTENT, content);
    }

    /** First page and pages as {@link #put} takes them. */
    public static int range(int firstPage, int pages) {
        return pages << 16 | firstPage;
    }

    /** Entries of a body of {@code bytes}, or -1 if it is not a whole number of them. */
    public static int count(int bytes) {
        return bytes % ENTRY_BYTES == 0 ? bytes / ENTRY_BYTES : -1;
    }

    /** Block of an entry. */
    public static long block(ByteBuffer body, int index) {
        return body.getLong(index * ENTRY_BYTES + BLOCK);
    }

    /** Version of an entry. */
    public static long version(ByteBuffer body, int index) {
        return body.getLong(index * ENTRY_BYTES + VERSION);
    }

    /** First page of an entry. */
    public static int firstPage(ByteBuffer body, int index) {
        return body.getShort(index * ENTRY_BYTES + FIRST_PAGE) & 0xffff;
    }

    /** Pages of an entry. */
    public static int pages(ByteBuffer body, int index) {
        return body.getShort(index * ENTRY_BYTES + PAGES) & 0xffff;
    }

    /** Content of an entry: 0 data, 1 trimmed, 2 zeroed, 3 lost. */
    public static int content(ByteBuffer body, int index) {
        return body.get(index * ENTRY_BYTES + CONTENT);
    }

    /** True if the entry names pages of a block and a version. */
    public static boolean isValid(ByteBuffer body, int index) {
        int first = firstPage(body, index);
        int pages = pages(body, index);
        return block(body, index) >= 0
                && version(body, index) >= 0
                && pages > 0
                && first + pages <= Pages.PAGES_PER_BLOCK
                && content(body, index) >= 0
                && content(body, index) <= 3;
    }
}
