package io.xsan.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.xsan.base.ClusterId;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.Crc32c;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Any bytes end in a fault or in frames, never in an exception or a leak. The first byte chooses
 * the size of pieces and whether header checksums are made right, so that the fuzzer gets behind
 * them.
 */
class FrameFuzzTest {
    private static final int PIECE_MASK = 0x7f;
    private static final int SEAL_BIT = 0x80;

    @FuzzTest(maxDuration = "1m")
    void anyBytesAreAFaultOrFrames(byte[] input) {
        if (input.length < 2) {
            return;
        }
        try (BufferPool pool = new BufferPool(new PoolConfig(1, 2, 1, 0, 4 << 20))) {
            ByteBuffer bytes =
                    ByteBuffer.wrap(input, 1, input.length - 1)
                            .slice()
                            .order(ByteOrder.LITTLE_ENDIAN);
            if ((input[0] & SEAL_BIT) != 0) {
                seal(bytes);
            }
            int pieceBytes = 1 + (input[0] & PIECE_MASK) * 8;
            FrameReader.Sink sink = pieceBytes % 3 == 0 ? new LinkSink() : new OpenSink();
            try (FrameReader reader = new FrameReader(pool, sink)) {
                int end = bytes.limit();
                while (bytes.position() < end && reader.fault() == FrameFault.NONE) {
                    bytes.limit(Math.min(end, bytes.position() + pieceBytes));
                    reader.feed(bytes);
                }
            }
            assertThat(pool.lentCount()).isZero();
        }
    }

    private static void seal(ByteBuffer bytes) {
        if (bytes.limit() >= FrameLayout.HEADER_BYTES) {
            bytes.putInt(FrameLayout.MAGIC_OFFSET, FrameLayout.MAGIC);
            bytes.put(FrameLayout.VERSION_OFFSET, (byte) FrameLayout.VERSION);
            int end = bytes.limit();
            int crc = new Crc32c().of(bytes, 0, FrameLayout.HEADER_CRC_OFFSET);
            bytes.limit(end).position(0);
            bytes.putInt(FrameLayout.HEADER_CRC_OFFSET, crc);
        }
    }

    /** Takes whatever is a frame. */
    private static final class OpenSink implements FrameReader.Sink {
        @Override
        public FrameFault onHeader(FrameHeader header) {
            return FrameFault.NONE;
        }

        @Override
        public void onFrame(FrameHeader header, @Nullable PageBuffer body) {
            assertThat(FrameCodec.check(header)).isEqualTo(FrameFault.NONE);
        }
    }

    /** A link behind the reader, as in the server. */
    private static final class LinkSink implements FrameReader.Sink {
        private final LinkState link =
                LinkState.accepting(
                        new LinkState.Self(new ClusterId(1, 2), 1, 3),
                        LinkLimits.DEFAULT,
                        LinkState.ANY_NODE);

        @Override
        public FrameFault onHeader(FrameHeader header) {
            return link.onHeader(header);
        }

        @Override
        public void onFrame(FrameHeader header, @Nullable PageBuffer body) {
            if (LinkState.isOfLink(header.kind)) {
                link.onFrame(header);
            }
        }
    }
}
