package io.xsan.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.Crc32c;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.protocol.FrameReader.Progress;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FrameReaderTest implements FrameReader.Sink {
    private final BufferPool sendPool = new BufferPool(new PoolConfig(0, 0, 2, 0, 4 << 20));
    private BufferPool pool = new BufferPool(new PoolConfig(2, 4, 2, 0, 4 << 20));
    private final List<byte[]> frames = new ArrayList<>();
    private final List<PageBuffer> kept = new ArrayList<>();
    private FrameFault verdict = FrameFault.NONE;
    private boolean keepsBodies;

    @AfterEach
    void nothingLeaks() {
        kept.forEach(PageBuffer::release);
        pool.close();
        sendPool.close();
    }

    @Override
    public FrameFault onHeader(FrameHeader header) {
        return verdict;
    }

    @Override
    public void onFrame(FrameHeader header, @Nullable PageBuffer body) {
        if (body != null && keepsBodies) {
            kept.add(body.retain());
        }
        if (body != null && header.kind.body() == FrameKind.Body.DATA) {
            int wholePages = header.lengthBytes / Pages.PAGE_BYTES;
            assertThat(new Crc32c().firstMismatch(body, 0, wholePages)).isEqualTo(-1);
        }
        frames.add(FrameSamples.frame(new FrameHeader().copyOf(header), body, 0));
    }

    private byte[] write(int pages) {
        FrameHeader header = FrameSamples.header(FrameKind.WRITE);
        header.lengthBytes = pages * Pages.PAGE_BYTES;
        header.offsetBytes = 0;
        PageBuffer body = FrameSamples.data(sendPool, header.lengthBytes, pages);
        byte[] frame = FrameSamples.frame(header, body, 0);
        body.release();
        return frame;
    }

    @Test
    void randomFramesInRandomSplitsArriveAsTheyWereSent() {
        for (long seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            List<byte[]> sent = new ArrayList<>();
            ByteArrayOutputStream stream = new ByteArrayOutputStream();
            for (int i = 0; i < 12; i++) {
                sent.add(FrameSamples.random(random, sendPool));
                stream.writeBytes(sent.getLast());
            }
            frames.clear();
            FrameReader reader = new FrameReader(pool, this);
            int maxBytes = 1 + random.nextInt(random.nextBoolean() ? 9 : 20_000);
            feedInPieces(reader, stream.toByteArray(), random, maxBytes);
            assertThat(reader.isBetweenFrames()).as("seed %d", seed).isTrue();
            assertThat(frames).as("seed %d", seed).hasSize(sent.size());
            for (int i = 0; i < sent.size(); i++) {
                assertThat(Arrays.equals(frames.get(i), sent.get(i))).as("seed %d", seed).isTrue();
            }
        }
    }

    private static void feedInPieces(
            FrameReader reader, byte[] bytes, Random random, int maxBytes) {
        boolean isDirect = random.nextBoolean();
        int at = 0;
        while (at < bytes.length) {
            int count = Math.min(bytes.length - at, 1 + random.nextInt(maxBytes));
            ByteBuffer piece =
                    isDirect ? ByteBuffer.allocateDirect(count) : ByteBuffer.allocate(count);
            piece.put(bytes, at, count).flip();
            assertThat(reader.feed(piece)).isEqualTo(Progress.NEED_BYTES);
            assertThat(piece.hasRemaining()).isFalse();
            at += count;
        }
    }

    @Test
    void wholeBlockIsTheLargestFrame() {
        FrameReader reader = new FrameReader(pool, this);
        byte[] frame = write(Pages.PAGES_PER_BLOCK);
        assertThat(reader.feed(ByteBuffer.wrap(frame))).isEqualTo(Progress.NEED_BYTES);
        assertThat(frames).hasSize(1);
        assertThat(frames.getFirst()).isEqualTo(frame);
    }

    @Test
    void emptyPoolStopsTheReaderUntilABufferIsFree() {
        pool.close();
        pool = new BufferPool(new PoolConfig(0, 1, 0, 0, 4 << 20));
        keepsBodies = true;
        FrameReader reader = new FrameReader(pool, this);
        ByteBuffer bytes = ByteBuffer.allocate(30_000).put(write(2)).put(write(3)).flip();

        assertThat(reader.feed(bytes)).isEqualTo(Progress.NEED_BUFFER);
        assertThat(frames).hasSize(1);
        assertThat(bytes.remaining()).isEqualTo(3 * Pages.PAGE_BYTES);
        assertThat(reader.feed(bytes)).isEqualTo(Progress.NEED_BUFFER);

        kept.removeFirst().release();
        assertThat(reader.feed(bytes)).isEqualTo(Progress.NEED_BYTES);
        assertThat(frames).hasSize(2);
    }

    @Test
    void damagedPageIsFoundAndItsBufferGivenBack() {
        byte[] frame = write(3);
        frame[frame.length - 5000] ^= 4;
        FrameReader reader = new FrameReader(pool, this);
        assertThat(reader.feed(ByteBuffer.wrap(frame))).isEqualTo(Progress.FAULT);
        assertThat(reader.fault()).isEqualTo(FrameFault.PAYLOAD_CORRUPT);
        assertThat(frames).isEmpty();
        assertThat(pool.lentCount()).isZero();
    }

    @Test
    void damagedTableIsFoundBeforeABufferIsTaken() {
        byte[] frame = write(3);
        frame[FrameLayout.HEADER_BYTES + 2] ^= 1;
        ByteBuffer withoutData = ByteBuffer.wrap(frame, 0, FrameLayout.HEADER_BYTES + 12);
        FrameReader reader = new FrameReader(pool, this);
        assertThat(reader.feed(withoutData)).isEqualTo(Progress.FAULT);
        assertThat(reader.fault()).isEqualTo(FrameFault.PAYLOAD_CORRUPT);
    }

    @Test
    void damagedListIsFound() {
        FrameHeader header = FrameSamples.header(FrameKind.EXTENT_LIST);
        header.bodyBytes = 600;
        PageBuffer body = FrameSamples.data(sendPool, 600, 1);
        byte[] frame = FrameSamples.frame(header, body, 0);
        body.release();
        frame[frame.length - 1] ^= 1;
        FrameReader reader = new FrameReader(pool, this);
        assertThat(reader.feed(ByteBuffer.wrap(frame))).isEqualTo(Progress.FAULT);
        assertThat(reader.fault()).isEqualTo(FrameFault.PAYLOAD_CORRUPT);
        assertThat(pool.lentCount()).isZero();
    }

    @Test
    void sinkRefusesAHeaderBeforeMemoryIsTaken() {
        verdict = FrameFault.WRONG_CLUSTER;
        FrameReader reader = new FrameReader(pool, this);
        assertThat(reader.feed(ByteBuffer.wrap(write(1)))).isEqualTo(Progress.FAULT);
        assertThat(reader.fault()).isEqualTo(FrameFault.WRONG_CLUSTER);
        assertThat(frames).isEmpty();
    }

    @Test
    void nothingIsTakenAfterAFault() {
        FrameReader reader = new FrameReader(pool, this);
        assertThat(reader.feed(ByteBuffer.allocate(FrameLayout.HEADER_BYTES)))
                .isEqualTo(Progress.FAULT);
        assertThat(reader.fault()).isEqualTo(FrameFault.WRONG_MAGIC);
        ByteBuffer good = ByteBuffer.wrap(write(1));
        assertThat(reader.feed(good)).isEqualTo(Progress.FAULT);
        assertThat(good.position()).isZero();
    }

    @Test
    void closingGivesBackTheBufferOfAHalfFrame() {
        byte[] frame = write(2);
        FrameReader reader = new FrameReader(pool, this);
        reader.feed(ByteBuffer.wrap(frame, 0, frame.length - 1));
        assertThat(pool.lentCount()).isOne();
        assertThat(reader.isBetweenFrames()).isFalse();
        reader.close();
        assertThat(pool.lentCount()).isZero();
    }

    @Test
    void failedReadCarriesNoBody() {
        FrameHeader header = FrameSamples.header(FrameKind.READ_DATA);
        header.status = ErrorCode.BLOCK_CORRUPTED;
        byte[] frame = FrameSamples.frame(header, null, 0);
        assertThat(frame).hasSize(FrameLayout.HEADER_BYTES);
        new FrameReader(pool, this).feed(ByteBuffer.wrap(frame));
        assertThat(frames).hasSize(1);
    }

    @Test
    void hostileHeadersTakeNoMemoryButFromThePool() {
        Random random = new Random(7);
        byte[] good = Arrays.copyOf(write(1), FrameLayout.HEADER_BYTES);
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = good.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            ByteBuffer bytes = ByteBuffer.wrap(bad);
            int crc = new Crc32c().of(bytes, 0, FrameLayout.HEADER_CRC_OFFSET);
            bytes.order(java.nio.ByteOrder.LITTLE_ENDIAN)
                    .putInt(FrameLayout.HEADER_CRC_OFFSET, crc);
            FrameReader reader = new FrameReader(pool, this);
            reader.feed(bytes);
            assertThat(pool.lentCount()).isZero();
        }
    }
}
