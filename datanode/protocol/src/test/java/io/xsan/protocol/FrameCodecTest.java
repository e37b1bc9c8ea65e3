package io.xsan.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xsan.base.ErrorCode;
import io.xsan.base.InvariantViolation;
import io.xsan.base.Pages;
import io.xsan.base.Version;
import io.xsan.base.memory.Crc32c;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FrameCodecTest {
    private final FrameCodec codec = new FrameCodec();
    private final ByteBuffer bytes =
            ByteBuffer.allocate(FrameLayout.HEADER_BYTES + 8).order(ByteOrder.LITTLE_ENDIAN);

    private static FrameHeader sample(FrameKind kind) {
        FrameHeader header = FrameSamples.header(kind);
        if (kind.body() == FrameKind.Body.DATA) {
            header.bodyBytes = header.lengthBytes + FrameLayout.tableBytes(header.lengthBytes);
            header.payloadCrc = 42;
        }
        return header;
    }

    @ParameterizedTest
    @EnumSource(FrameKind.class)
    void everyKindSurvivesEncodingWithAllItsFields(FrameKind kind) {
        FrameHeader header = sample(kind);
        codec.encode(header, bytes, 8);
        FrameHeader decoded = new FrameHeader();
        assertThat(codec.decode(bytes, 8, decoded)).isEqualTo(FrameFault.NONE);
        assertThat(decoded).usingRecursiveComparison().isEqualTo(header);
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void everyStatusSurvivesEncoding(ErrorCode status) {
        FrameHeader header = FrameSamples.header(FrameKind.WRITTEN);
        header.status = status;
        codec.encode(header, bytes, 0);
        FrameHeader decoded = new FrameHeader();
        assertThat(codec.decode(bytes, 0, decoded)).isEqualTo(FrameFault.NONE);
        assertThat(decoded.status).isEqualTo(status);
    }

    @Test
    void flippingAnyBitOfAHeaderIsNoticed() {
        codec.encode(sample(FrameKind.WRITE), bytes, 0);
        for (int bit = 0; bit < FrameLayout.HEADER_BYTES * 8; bit++) {
            flip(bit);
            assertThat(codec.decode(bytes, 0, new FrameHeader()))
                    .as("bit %d", bit)
                    .isNotEqualTo(FrameFault.NONE);
            flip(bit);
        }
        assertThat(codec.decode(bytes, 0, new FrameHeader())).isEqualTo(FrameFault.NONE);
    }

    private void flip(int bit) {
        bytes.clear();
        bytes.put(bit / 8, (byte) (bytes.get(bit / 8) ^ 1 << bit % 8));
    }

    @Test
    void wrongMagicIsNamed() {
        assertThat(decodePatched(FrameLayout.MAGIC_OFFSET, 1)).isEqualTo(FrameFault.WRONG_MAGIC);
    }

    @Test
    void wrongVersionIsNamedBeforeTheChecksumIsLookedAt() {
        codec.encode(sample(FrameKind.READ), bytes, 0);
        bytes.put(FrameLayout.VERSION_OFFSET, (byte) 2);
        assertThat(codec.decode(bytes, 0, new FrameHeader())).isEqualTo(FrameFault.WRONG_VERSION);
    }

    @Test
    void unknownKindIsNamed() {
        for (int number : new int[] {0, 1, 5, 15, 63, 77, 79, 80, 255}) {
            codec.encode(sample(FrameKind.READ), bytes, 0);
            bytes.put(FrameLayout.KIND_OFFSET, (byte) number);
            reseal();
            assertThat(codec.decode(bytes, 0, new FrameHeader()))
                    .as("kind %d", number)
                    .isEqualTo(FrameFault.UNKNOWN_KIND);
        }
    }

    private FrameFault decodePatched(int offset, int value) {
        codec.encode(sample(FrameKind.WRITE), bytes, 0);
        bytes.putInt(offset, value);
        reseal();
        return codec.decode(bytes, 0, new FrameHeader());
    }

    private void reseal() {
        int crc = new Crc32c().of(bytes, 0, FrameLayout.HEADER_CRC_OFFSET);
        bytes.putInt(FrameLayout.HEADER_CRC_OFFSET, crc);
    }

    @Test
    void numbersOutOfRangeAreRefused() {
        for (int offset :
                new int[] {
                    FrameLayout.FLAGS_OFFSET,
                    FrameLayout.CREDITS_OFFSET,
                    FrameLayout.VOLUME_OFFSET + 4,
                    FrameLayout.WRITE_VERSION_OFFSET + 4,
                    FrameLayout.STABLE_OFFSET + 4,
                    FrameLayout.BLOCK_OFFSET + 4,
                    FrameLayout.EPOCH_OFFSET,
                    FrameLayout.LAYER_OFFSET,
                    FrameLayout.RANGE_OFFSET_OFFSET,
                    FrameLayout.RANGE_LENGTH_OFFSET,
                    FrameLayout.BODY_LENGTH_OFFSET
                }) {
            assertThat(decodePatched(offset, -1)).as("%d", offset).isEqualTo(FrameFault.BAD_LENGTH);
            assertThat(decodePatched(offset, Integer.MIN_VALUE))
                    .as("%d", offset)
                    .isEqualTo(FrameFault.BAD_LENGTH);
        }
        assertThat(decodePatched(FrameLayout.EPOCH_OFFSET, Version.EPOCH_MAX + 1))
                .isEqualTo(FrameFault.BAD_LENGTH);
    }

    @Test
    void rangesOfComponentFramesAreWholePagesOfOneBlock() {
        refuses(FrameKind.READ, header -> header.lengthBytes = 0);
        refuses(FrameKind.READ, header -> header.lengthBytes = 4097);
        refuses(FrameKind.READ, header -> header.offsetBytes = 512);
        refuses(FrameKind.TRIM, header -> header.lengthBytes = Pages.BLOCK_BYTES);
        refuses(FrameKind.ZERO, header -> header.offsetBytes = Pages.BLOCK_BYTES);
        refuses(FrameKind.WRITE, header -> header.offsetBytes = Pages.BLOCK_BYTES - 8192);
    }

    @Test
    void rangesOfVolumeFramesDoNotOverflow() {
        refuses(FrameKind.VOLUME_READ, header -> header.block = Long.MAX_VALUE);
        refuses(FrameKind.VOLUME_READ, header -> header.lengthBytes = 0);
        refuses(
                FrameKind.VOLUME_READ,
                header -> header.lengthBytes = FrameLayout.DATA_BYTES_MAX + 1);
        refuses(FrameKind.VOLUME_TRIM, header -> header.block = Long.MAX_VALUE - 1);
    }

    @Test
    void bodiesMatchTheirKind() {
        refuses(FrameKind.OPEN, header -> header.bodyBytes = 1);
        refuses(FrameKind.OPEN, header -> header.payloadCrc = 1);
        refuses(FrameKind.WRITE, header -> header.bodyBytes++);
        refuses(FrameKind.WRITE, header -> header.bodyBytes = header.lengthBytes);
        refuses(FrameKind.EXTENT_LIST, header -> header.bodyBytes = FrameLayout.BYTES_MAX + 1);
        refuses(FrameKind.EXTENT_LIST, header -> header.payloadCrc = 1);
        refuses(FrameKind.READ_DATA, header -> header.status = ErrorCode.READ_FAILED);
    }

    private void refuses(FrameKind kind, Consumer<FrameHeader> change) {
        FrameHeader header = sample(kind);
        assertThat(FrameCodec.check(header)).isEqualTo(FrameFault.NONE);
        change.accept(header);
        assertThat(FrameCodec.check(header)).isEqualTo(FrameFault.BAD_LENGTH);
        assertThatThrownBy(() -> codec.encode(header, bytes, 0))
                .isInstanceOf(InvariantViolation.class);
    }
}
