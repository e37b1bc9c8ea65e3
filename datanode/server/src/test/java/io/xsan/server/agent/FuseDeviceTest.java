package io.xsan.server.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.unix.FileDescriptor;
import io.xsan.base.Check;
import io.xsan.base.log.Level;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.engine.VolumeIo;
import io.xsan.engine.VolumeSession;
import io.xsan.server.log.EventLog;
import io.xsan.server.shard.ShardLoop;
import io.xsan.server.shard.SystemClock;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A device whose kernel is the test, at the other end of a socket. */
@Timeout(60)
class FuseDeviceTest {
    private static final int NOT_AN_OPCODE = 99;
    private static final int ENOSYS = -38;
    private static final int REPLY_BYTES = 16;

    private final EventLog log = new EventLog(System.err, Level.INFO, false);
    private final ShardLoop loop = new ShardLoop("fuse-test", new SystemClock(), log);
    private final BufferPool pool = new BufferPool(new PoolConfig(0, 0, 4, 0, 4 << 20));
    private FuseDevice device;
    private FileDescriptor kernel;
    private long unique;

    @BeforeEach
    void serve() throws Exception {
        SocketCalls.Pair pair = SocketCalls.pair();
        kernel = new FileDescriptor(pair.kernels());
        device = new FuseDevice(pair.ours(), new Workbench(loop, pool, log), () -> {});
        onLoop(() -> {
            loop.atTurnEnd(now -> device.onTurnEnd());
            device.serve(new NoVolume(), false);
        });
    }

    @AfterEach
    void close() throws Exception {
        onLoop(() -> {
            device.close();
            pool.close();
        });
        kernel.close();
        loop.close();
    }

    private void onLoop(Runnable action) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.post(() -> {
            action.run();
            done.complete(null);
        });
        done.join();
    }

    private void ask() throws Exception {
        ByteBuffer message = ByteBuffer.allocateDirect(40).order(ByteOrder.LITTLE_ENDIAN);
        message.putInt(0, 40).putInt(4, NOT_AN_OPCODE).putLong(8, ++unique);
        assertThat(kernel.write(message, 0, 40)).isEqualTo(40);
    }

    private void awaitAnswer() throws Exception {
        ByteBuffer reply = ByteBuffer.allocateDirect(64).order(ByteOrder.LITTLE_ENDIAN);
        int got = 0;
        while (got < REPLY_BYTES) {
            got += Math.max(0, kernel.read(reply, got, 64));
            Thread.sleep(1);
        }
        assertThat(reply.getInt(4)).isEqualTo(ENOSYS);
        assertThat(reply.getLong(8)).isEqualTo(unique);
    }

    @Test
    void aDeviceThatWasPausedGoesOn() throws Exception {
        ask();
        awaitAnswer();
        for (int i = 0; i < 3; i++) {
            onLoop(() -> device.setPaused(true));
            ask();
            onLoop(() -> device.setPaused(false));
            awaitAnswer();
        }
    }

    @Test
    void aDeviceWithoutMemoryGoesOnWhenThereIsSome() throws Exception {
        List<PageBuffer> all = new ArrayList<>();
        onLoop(() -> {
            while (pool.takeSpare(4 << 20) instanceof PageBuffer spare) {
                all.add(spare);
            }
        });
        ask();
        // Turns in which it looks for memory and finds none.
        for (int i = 0; i < 5; i++) {
            onLoop(() -> {});
            Thread.sleep(10);
        }
        onLoop(() -> all.forEach(PageBuffer::release));
        awaitAnswer();
    }

    /** Nothing here reaches a volume. */
    private static final class NoVolume implements VolumeSession {
        @Override
        public long sizeBytes() {
            return 1 << 20;
        }

        @Override
        public int sectorBytes() {
            return 4096;
        }

        @Override
        public boolean isReadOnly() {
            return false;
        }

        @Override
        public void submit(VolumeIo io) {
            Check.that(false, "a request");
        }

        @Override
        public void map(long offsetBytes, long lengthBytes, MapSink sink) {
            Check.that(false, "a map");
        }

        @Override
        public void close() {}
    }
}
