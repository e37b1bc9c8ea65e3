package io.xsan.base.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xsan.base.InvariantViolation;
import io.xsan.base.Pages;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
    private final BufferPool pool = new BufferPool(new PoolConfig(2, 2, 1, 0, 8 << 20));

    @Test
    void spareTakersLeaveAQuarterOfEachClass() {
        try (BufferPool four = new BufferPool(new PoolConfig(0, 4, 4, 0, 4 << 20))) {
            java.util.List<PageBuffer> taken = new java.util.ArrayList<>();
            for (PageBuffer b = four.takeSpare(4096); b != null; b = four.takeSpare(4096)) {
                taken.add(b);
            }
            assertThat(taken).hasSize(6);
            taken.add(Objects.requireNonNull(four.take(4096)));
            taken.forEach(PageBuffer::release);
        }
    }

    @AfterEach
    void nothingLeaks() {
        pool.close();
    }

    private PageBuffer take(int bytes) {
        return Objects.requireNonNull(pool.take(bytes));
    }

    @Test
    void buffersOfAPageAndMoreStartOnAPage() {
        PageBuffer medium = take(Pages.PAGE_BYTES);
        PageBuffer large = take(1 << 20);
        assertThat(medium.segment().address() % Pages.PAGE_BYTES).isZero();
        assertThat(large.segment().address() % Pages.PAGE_BYTES).isZero();
        assertThat(large.capacityBytes()).isEqualTo(4 << 20);
        medium.release();
        large.release();
    }

    @Test
    void anExhaustedClassTakesFromTheNextAndThenSaysNo() {
        PageBuffer[] all = {take(100), take(100), take(100), take(100), take(100)};
        assertThat(pool.take(100)).isNull();
        assertThat(all[4].capacityBytes()).isEqualTo(4 << 20);
        all[0].release();
        PageBuffer again = take(100);
        assertThat(again).isSameAs(all[0]);
        for (PageBuffer buffer : all) {
            buffer.release();
        }
        assertThat(pool.lentCount()).isZero();
        assertThat(pool.lowWater(100)).isZero();
    }

    @Test
    void aBufferGoesBackAtItsLastRelease() {
        PageBuffer buffer = take(10).retain();
        buffer.release();
        assertThat(pool.lentCount()).isEqualTo(1);
        buffer.release();
        assertThat(pool.lentCount()).isZero();
        assertThatThrownBy(buffer::release).isInstanceOf(InvariantViolation.class);
        assertThatThrownBy(buffer::retain).isInstanceOf(InvariantViolation.class);
    }

    @Test
    void closingAPoolWithALentBufferIsABug() {
        PageBuffer buffer = take(10);
        assertThatThrownBy(pool::close).isInstanceOf(InvariantViolation.class);
        buffer.release();
    }

    @Test
    void checksumsAreCrc32cAndFindTheBadPage() {
        PageBuffer buffer = take(4 * Pages.PAGE_BYTES);
        buffer.segment().fill((byte) 0);
        byte[] vector = "123456789".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        buffer.bytes().put(0, vector);
        Crc32c crc = new Crc32c();
        assertThat(crc.of(buffer, 0, 9)).isEqualTo(0xE3069283);
        crc.stamp(buffer, 0, 4);
        assertThat(crc.firstMismatch(buffer, 0, 4)).isEqualTo(-1);
        buffer.bytes().put(2 * Pages.PAGE_BYTES + 5, (byte) 1);
        assertThat(crc.firstMismatch(buffer, 0, 4)).isEqualTo(2);
        buffer.release();
    }
}
