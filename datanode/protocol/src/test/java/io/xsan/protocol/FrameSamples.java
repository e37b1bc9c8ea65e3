package io.xsan.protocol;

import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.Version;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.Crc32c;
import io.xsan.base.memory.PageBuffer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Frames for tests. */
final class FrameSamples {
    private static final Crc32c CRC = new Crc32c();

    private FrameSamples() {}

    /** A header of {@code kind} with a different number in every field. */
    static FrameHeader header(FrameKind kind) {
        FrameHeader header = new FrameHeader();
        header.kind = kind;
        header.flags = FrameHeader.FLAG_COPY | FrameHeader.FLAG_MAY_TRIM;
        header.credits = 3;
        header.clusterHigh = 0x1122334455667788L;
        header.clusterLow = 0x99aabbccddeeff00L;
        header.volume = 0x0102030405060708L;
        header.targetNode = 65535;
        header.sourceNode = 2;
        header.generation = 77;
        header.incarnation = -5;
        header.epoch = Version.EPOCH_MAX;
        header.layer = 9;
        header.requestId = -1;
        header.version = Version.of(7, 8);
        header.stable = Version.of(7, 6);
        header.block = 1234567890123L;
        header.offsetBytes = 8192;
        header.lengthBytes = 12288;
        header.aux = Long.MIN_VALUE;
        return header;
    }

    /** A buffer filled from {@code seed}, with its page checksums set. */
    static PageBuffer data(BufferPool pool, int bytes, long seed) {
        PageBuffer buffer = io.xsan.base.Check.present(pool.take(bytes), "the pool has buffers");
        byte[] content = new byte[buffer.capacityBytes()];
        new Random(seed).nextBytes(content);
        buffer.bytes().clear().put(content).clear();
        if (Pages.isAligned(buffer.capacityBytes())) {
            CRC.stamp(buffer, 0, Pages.exactPages(buffer.capacityBytes()));
        }
        return buffer;
    }

    /** The bytes of one frame. */
    static byte[] frame(FrameHeader header, @Nullable PageBuffer body, int bodyOffsetBytes) {
        ByteBuffer prefix =
                ByteBuffer.allocate(FrameLayout.PREFIX_BYTES_MAX).order(ByteOrder.LITTLE_ENDIAN);
        int length = new FrameWriter().write(header, body, bodyOffsetBytes, prefix, 0);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(prefix.array(), 0, length);
        byte[] data = new byte[FrameWriter.dataBytes(header)];
        if (body != null) {
            body.bytes().clear().get(bodyOffsetBytes, data);
        }
        out.writeBytes(data);
        return out.toByteArray();
    }

    /** A random frame that keeps the rules. */
    static byte[] random(Random random, BufferPool pool) {
        FrameKind[] kinds = FrameKind.values();
        FrameHeader header = header(kinds[random.nextInt(kinds.length)]);
        boolean isVolume = header.kind.number() >= FrameKind.VOLUME_HELLO.number();
        if (!header.kind.isRequest() && random.nextInt(4) == 0) {
            header.status = ErrorCode.EPOCH_FENCED;
        }
        int pages = 1 + random.nextInt(random.nextInt(16) == 0 ? 64 : 4);
        header.lengthBytes = pages * Pages.PAGE_BYTES;
        header.offsetBytes = random.nextInt(100) * Pages.PAGE_BYTES;
        header.requestId = random.nextLong();
        int bodyOffsetBytes = random.nextInt(3) * Pages.PAGE_BYTES;
        if (isVolume) {
            header.lengthBytes = 1 + random.nextInt(header.lengthBytes);
            bodyOffsetBytes = random.nextInt(9000);
        }
        if (!FrameCodec.hasBody(header)) {
            return frame(header, null, 0);
        }
        header.bodyBytes = random.nextInt(3000);
        PageBuffer body =
                data(pool, bodyOffsetBytes + Math.max(header.lengthBytes, 3000), random.nextLong());
        byte[] bytes = frame(header, body, bodyOffsetBytes);
        body.release();
        return bytes;
    }
}
