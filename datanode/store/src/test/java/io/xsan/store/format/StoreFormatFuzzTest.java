package io.xsan.store.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.xsan.base.memory.Crc32c;
import io.xsan.store.inspect.StoreDump;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Any bytes read from a device give a refusal or values in range, never an exception, also behind
 * right checksums.
 */
class StoreFormatFuzzTest {
    private final Crc32c crc = new Crc32c();

    private static ByteBuffer pages(byte[] input) {
        ByteBuffer bytes = FormatSamples.bytes(2).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(0, input, 0, Math.min(input.length, bytes.capacity()));
        return bytes;
    }

    @FuzzTest(maxDuration = "30s")
    void anyBytesAreASuperblockOrRefused(byte[] input) {
        ByteBuffer bytes = pages(input);
        bytes.putLong(0, SuperblockLayout.MAGIC);
        bytes.putInt(4092, crc.of(bytes, 0, 4092));
        assertThat(new StoreDump().superblock(bytes, 0, 0)).isNotEmpty();
    }

    @FuzzTest(maxDuration = "30s")
    void anyBytesAreAGroupOrRefused(byte[] input) {
        ByteBuffer bytes = pages(input);
        bytes.putInt(0, GroupLayout.MAGIC);
        bytes.putShort(4, (short) GroupLayout.VERSION);
        bytes.putShort(6, (short) 1);
        bytes.putLong(8, FormatSamples.STORE_ID);
        bytes.putInt(4092, crc.of(bytes, 0, 4092));
        assertThat(new StoreDump().group(bytes, FormatSamples.STORE_ID)).isNotNull();
    }

    @FuzzTest(maxDuration = "30s")
    void anyBytesAreARecordOrRefused(byte[] input) {
        ByteBuffer bytes = pages(input);
        int pages = Math.min(RecordLayout.pages(bytes, 0), 1024);
        bytes.putShort(54, (short) pages);
        int length = Math.min(RecordLayout.bytes(bytes, 0), bytes.capacity());
        bytes.putInt(0, crc.of(bytes, 4, length - 4));
        if (RecordLayout.isValid(bytes, 0, bytes.capacity(), crc)) {
            RecordKind kind = RecordLayout.kind(bytes, 0);
            if (kind.ordinal() <= RecordKind.ZERO.ordinal()) {
                int end = RecordLayout.firstPage(bytes, 0) + RecordLayout.pages(bytes, 0);
                assertThat(end).isBetween(1, 1024);
                assertThat(RecordLayout.block(bytes, 0)).isBetween(0L, RecordLayout.BLOCKS_MAX);
            }
        }
    }

    @FuzzTest(maxDuration = "30s")
    void anyBytesAreACheckpointOrRefused(byte[] input) {
        ByteBuffer bytes = pages(input);
        int at = bytes.capacity() - SummaryLayout.TRAILER_BYTES;
        bytes.put(at, input, 0, Math.min(input.length, SummaryLayout.TRAILER_BYTES));
        bytes.putInt(at, SummaryLayout.MAGIC);
        bytes.putShort(at + 4, (short) SummaryLayout.VERSION);
        bytes.putLong(at + 8, FormatSamples.STORE_ID);
        bytes.putInt(at + 60, crc.of(bytes, 0, at + 60));
        assertThat(new StoreDump().summary(bytes, FormatSamples.STORE_ID)).isNotNull();
        if (DescriptorLayout.isValid(bytes, 0, bytes.capacity())) {
            assertThat(DescriptorLayout.volumeRecord(bytes, 0)).isNotNull();
        }
    }
}
