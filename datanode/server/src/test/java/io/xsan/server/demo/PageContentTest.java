package io.xsan.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class PageContentTest {
    private static ByteBuffer page() {
        return ByteBuffer.allocate(PageContent.PAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer page(long page, long write) {
        ByteBuffer bytes = page();
        PageContent.put(bytes, page, write);
        return bytes.flip();
    }

    @Test
    void aPageMatchesItsOwnWriteOnly() {
        assertThat(PageContent.matches(page(7, 3), 7, 3)).isTrue();
        assertThat(PageContent.matches(page(7, 3), 7, 2)).isFalse();
        assertThat(PageContent.matches(page(7, 3), 6, 3)).isFalse();
        assertThat(PageContent.matches(page(7, 3), 7, 0)).isFalse();
    }

    @Test
    void everyChangedByteIsNoticed() {
        for (int i = 0; i < PageContent.PAGE_BYTES; i++) {
            ByteBuffer bytes = page(7, 3);
            bytes.put(i, (byte) (bytes.get(i) ^ 1));
            assertThat(PageContent.matches(bytes, 7, 3)).as("byte %d", i).isFalse();
        }
    }

    @Test
    void aPageThatWasNeverWrittenIsZeros() {
        assertThat(PageContent.matches(page(), 7, 0)).isTrue();
        ByteBuffer stained = page();
        stained.put(4095, (byte) 1);
        assertThat(PageContent.matches(stained, 7, 0)).isFalse();
        assertThat(PageContent.describe(page(7, 3), 0)).contains("page 7", "write 3");
    }
}
