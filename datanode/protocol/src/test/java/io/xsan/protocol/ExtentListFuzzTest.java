package io.xsan.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.xsan.base.Pages;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Any body is refused or a list of entries that name pages of blocks and write themselves again.
 */
class ExtentListFuzzTest {
    @FuzzTest(maxDuration = "30s")
    void anyBytesAreEntriesOrRefused(byte[] input) {
        int count = ExtentListLayout.count(input.length);
        assertThat(count).isEqualTo(input.length % 24 == 0 ? input.length / 24 : -1);
        ByteBuffer body = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer again = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            if (!ExtentListLayout.isValid(body, i)) {
                continue;
            }
            int first = ExtentListLayout.firstPage(body, i);
            int pages = ExtentListLayout.pages(body, i);
            assertThat(pages).isBetween(1, Pages.PAGES_PER_BLOCK - first);
            ExtentListLayout.put(
                    again,
                    0,
                    ExtentListLayout.block(body, i),
                    ExtentListLayout.version(body, i),
                    ExtentListLayout.range(first, pages),
                    ExtentListLayout.content(body, i));
            assertThat(again.slice(0, 21)).isEqualTo(body.slice(i * 24, 21));
        }
    }
}
