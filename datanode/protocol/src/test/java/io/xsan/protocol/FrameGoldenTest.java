package io.xsan.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.ErrorCode;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.protocol.inspect.FrameInspector;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The bytes of version 1, kept for ever. */
class FrameGoldenTest {
    private static byte[] stream() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (BufferPool pool = new BufferPool(new PoolConfig(0, 1, 0, 0, 4 << 20))) {
            PageBuffer body = FrameSamples.data(pool, 16384, 1);
            out.writeBytes(FrameSamples.frame(FrameSamples.header(FrameKind.OPEN), null, 0));
            FrameHeader write = FrameSamples.header(FrameKind.WRITE);
            write.lengthBytes = 4096;
            out.writeBytes(FrameSamples.frame(write, body, 4096));
            FrameHeader data = FrameSamples.header(FrameKind.VOLUME_READ_DATA);
            data.lengthBytes = 5000;
            out.writeBytes(FrameSamples.frame(data, body, 8192));
            FrameHeader list = FrameSamples.header(FrameKind.EXTENT_LIST);
            list.bodyBytes = 100;
            out.writeBytes(FrameSamples.frame(list, body, 0));
            FrameHeader fenced =
                    FrameSamples.header(FrameKind.WRITE).toAnswer(ErrorCode.EPOCH_FENCED);
            out.writeBytes(FrameSamples.frame(fenced, null, 0));
            body.release();
        }
        return out.toByteArray();
    }

    private static byte[] golden(String name) throws IOException {
        try (InputStream in = FrameGoldenTest.class.getResourceAsStream("/golden/v1/" + name)) {
            assertThat(in).as("golden file %s", name).isNotNull();
            return in.readAllBytes();
        }
    }

    @Test
    void framesOfVersionOneAreWrittenAsEver() throws IOException {
        assertThat(stream()).isEqualTo(golden("frames.bin"));
    }

    @Test
    void framesOfVersionOneAreReadAsEver() throws IOException {
        String text = FrameInspector.describe(ByteBuffer.wrap(golden("frames.bin")));
        assertThat(text).isEqualTo(new String(golden("frames.txt"), StandardCharsets.UTF_8));
    }

    @Test
    void inspectorSaysWhereAStreamBreaks() throws IOException {
        byte[] bytes = golden("frames.bin");
        bytes[200] ^= 1;
        assertThat(FrameInspector.describe(ByteBuffer.wrap(bytes)))
                .endsWith("128: HEADER_CORRUPT in the frame that starts here\n");
        assertThat(FrameInspector.describe(ByteBuffer.wrap(bytes, 0, 130)))
                .endsWith("128: the stream ends inside the frame that starts here\n");
    }
}
