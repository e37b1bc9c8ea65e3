package io.xsan.store.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.memory.Crc32c;
import io.xsan.store.inspect.StoreDump;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The bytes of version 1, kept for ever. */
class StoreGoldenTest {
    private static Map<String, ByteBuffer> samples() {
        Map<String, ByteBuffer> samples = new TreeMap<>();
        samples.put("superblock.bin", FormatSamples.superblock());
        samples.put("group.bin", FormatSamples.group());
        samples.put("summary.bin", FormatSamples.summary());
        samples.put("freemark.bin", FormatSamples.freeMark());
        return samples;
    }

    private static byte[] golden(String name) throws IOException {
        try (InputStream in = StoreGoldenTest.class.getResourceAsStream("/golden/v1/" + name)) {
            assertThat(in).as("golden file %s", name).isNotNull();
            return in.readAllBytes();
        }
    }

    private static ByteBuffer goldenBuffer(String name) throws IOException {
        return ByteBuffer.wrap(golden(name)).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void formatsOfVersionOneAreWrittenAsEver() throws IOException {
        for (var sample : samples().entrySet()) {
            assertThat(sample.getValue().array())
                    .as(sample.getKey())
                    .isEqualTo(golden(sample.getKey()));
        }
    }

    @Test
    void formatsOfVersionOneAreReadAsEver() throws IOException {
        StoreDump dump = new StoreDump();
        ByteBuffer superblock = goldenBuffer("superblock.bin");
        long second = Superblock.copyOffset(1, FormatSamples.DEVICE_BYTES);
        String text =
                dump.superblock(superblock, 0, 0)
                        + dump.superblock(superblock, FormatSamples.PAGE, second)
                        + dump.group(goldenBuffer("group.bin"), FormatSamples.STORE_ID)
                        + dump.summary(goldenBuffer("summary.bin"), FormatSamples.STORE_ID)
                        + dump.freeMark(goldenBuffer("freemark.bin"), FormatSamples.STORE_ID, 2);
        assertThat(text).isEqualTo(new String(golden("store.txt"), StandardCharsets.UTF_8));
        ByteBuffer group = goldenBuffer("group.bin");
        int descriptor = 2 * FormatSamples.PAGE;
        assertThat(DescriptorLayout.isValid(group, descriptor, group.capacity())).isTrue();
        assertThat(DescriptorLayout.epoch(group, descriptor)).isEqualTo(9);
        assertThat(DescriptorLayout.bornSequence(group, descriptor)).isEqualTo(17);
        assertThat(DescriptorLayout.sizeBytes(group, descriptor)).isEqualTo(1L << 40);
        assertThat(DescriptorLayout.volumeRecord(group, descriptor).remaining()).isEqualTo(5);
    }

    @Test
    void everyFlippedBitOfAHeaderIsNoticed() throws IOException {
        Crc32c crc = new Crc32c();
        ByteBuffer superblock = goldenBuffer("superblock.bin");
        ByteBuffer group = goldenBuffer("group.bin");
        ByteBuffer summary = goldenBuffer("summary.bin");
        for (int bit = 0; bit < FormatSamples.PAGE * 8; bit++) {
            flip(superblock, bit);
            flip(group, bit);
            flip(summary, bit);
            assertThat(SuperblockLayout.state(superblock, 0, 0, crc))
                    .isNotEqualTo(SuperblockLayout.State.VALID);
            boolean isGroup =
                    GroupLayout.isStart(group, 0, FormatSamples.STORE_ID)
                            && GroupLayout.isWhole(group, 0, group.capacity(), crc);
            assertThat(isGroup).isFalse();
            assertThat(SummaryLayout.isWhole(summary, FormatSamples.PAGE, crc)).isFalse();
            flip(superblock, bit);
            flip(group, bit);
            flip(summary, bit);
        }
    }

    private static void flip(ByteBuffer bytes, int bit) {
        bytes.put(bit / 8, (byte) (bytes.get(bit / 8) ^ 1 << bit % 8));
    }
}
