package io.xsan.frontend.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.xsan.base.Check;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.frontend.FakeVolume;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Any messages are answered once at most, and never in an exception or a leak. Each begins with a
 * byte for its opcode and one for its length in words, then its argument.
 */
class FuseFuzzTest {
    private static final int START = 4096 - FuseConnection.WRITE_HEAD_BYTES;
    private static final int HEADER_BYTES = 40;
    private static final int VOLUME_BYTES = 1 << 20;
    private static final BufferPool POOL = new BufferPool(new PoolConfig(0, 0, 3, 0, 4 << 20));

    @FuzzTest(maxDuration = "30s")
    void anyMessagesAreAnsweredOnceAtMost(byte[] input) {
        FakeVolume volume = new FakeVolume(VOLUME_BYTES);
        volume.isRecording = false;
        volume.allowsAnyPlace = true;
        Answers answers = new Answers();
        FuseConnection fuse = new FuseConnection(volume, POOL, answers);
        ByteBuffer rest = ByteBuffer.wrap(input);
        for (long unique = 1; rest.remaining() >= 2; unique++) {
            volume.isHolding = unique % 2 == 0 && volume.held.isEmpty();
            send(fuse, unique, rest);
        }
        while (!volume.held.isEmpty()) {
            volume.release();
        }
        assertThat(fuse.inFlight()).isZero();
        assertThat(POOL.lentCount()).isZero();
        assertThat(answers.times.values()).allMatch(times -> times == 1);
    }

    private static void send(FuseConnection fuse, long unique, ByteBuffer rest) {
        int opcode = rest.get() & 63;
        int argumentBytes = (rest.get() & 0xff) * 4;
        byte[] argument = new byte[Math.min(rest.remaining(), argumentBytes)];
        rest.get(argument);
        PageBuffer buffer = Check.present(POOL.take(3 << 20), "a large buffer");
        ByteBuffer bytes = buffer.bytes();
        bytes.putInt(START, HEADER_BYTES + argument.length);
        bytes.putInt(START + FuseLayout.IN_OPCODE, opcode);
        bytes.putLong(START + FuseLayout.IN_UNIQUE, unique);
        bytes.put(START + HEADER_BYTES, argument);
        fuse.onMessage(buffer, START, HEADER_BYTES + argument.length);
        buffer.release();
    }

    private static final class Answers implements FuseSink {
        private final Map<Long, Integer> times = new TreeMap<>();

        @Override
        public void reply(ByteBuffer head, @Nullable PageBuffer data, int offset, int dataBytes) {
            int lengthBytes = head.getInt(FuseLayout.OUT_LENGTH);
            assertThat(lengthBytes).isEqualTo(head.remaining() + dataBytes);
            times.merge(head.getLong(FuseLayout.OUT_UNIQUE), 1, Integer::sum);
        }

        @Override
        public void onDestroyed() {}
    }
}
