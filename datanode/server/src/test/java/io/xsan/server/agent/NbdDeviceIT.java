package io.xsan.server.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.channel.unix.FileDescriptor;
import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.log.Log;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.engine.VolumeIo;
import io.xsan.engine.VolumeSession;
import io.xsan.server.shard.ShardLoop;
import io.xsan.server.shard.SystemClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the kernel's nbd driver would see of a worker; the test is the driver. */
class NbdDeviceIT implements VolumeSession {
    private static final int REQUEST_BYTES = 28;
    private static final int REPLY_BYTES = 16;
    private static final long COOKIE = 0x0102030405060708L;
    private static final long GUARD_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final BufferPool pool = new BufferPool(new PoolConfig(0, 8, 0, 0, 4 << 20));
    private final ShardLoop loop = new ShardLoop("nbd-device-test", new SystemClock(), Log.NONE);
    private final CountDownLatch gone = new CountDownLatch(1);
    private final Queue<VolumeIo> held = new ArrayDeque<>();
    private boolean isHolding;
    private final FileDescriptor kernel;
    private final NbdDevice device;

    NbdDeviceIT() throws IOException {
        SocketCalls.Pair pair = SocketCalls.pair();
        kernel = new FileDescriptor(pair.kernels());
        Workbench bench = new Workbench(loop, pool, Log.NONE);
        device = new NbdDevice(pair.ours(), bench, gone::countDown);
    }

    @BeforeEach
    void start() throws Exception {
        assumeThat(ShardLoop.isEpoll()).isTrue();
        on(() -> {
            device.serve(this, false);
            loop.atTurnEnd(now -> device.onTurnEnd());
        });
    }

    @AfterEach
    void stop() throws Exception {
        on(device::close);
        on(() -> {});
        kernel.close();
        loop.close();
        pool.close();
    }

    private void on(Runnable action) throws Exception {
        loop.loop().submit(action).get(20, TimeUnit.SECONDS);
    }

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

    /** Reads give the number of the page in each of its bytes. */
    @Override
    public void submit(VolumeIo io) {
        if (isHolding) {
            held.add(io);
            return;
        }
        if (io.kind == VolumeIo.Kind.READ) {
            PageBuffer buffer = Check.present(io.buffer, "data of a READ have a place");
            for (int i = 0; i < io.lengthBytes; i++) {
                buffer.bytes().put(io.bufferOffsetBytes + i, (byte) (io.offsetBytes >> 12));
            }
        }
        io.onDone(ErrorCode.OK);
    }

    @Override
    public void map(long offsetBytes, long lengthBytes, MapSink sink) {
        sink.onMapDone(ErrorCode.NOT_FOUND);
    }

    @Override
    public void close() {
        throw new AssertionError("the session is not the device's");
    }

    private void ask(int command, long offset, int length) throws IOException {
        ByteBuffer request = ByteBuffer.allocateDirect(REQUEST_BYTES);
        request.putInt(0x25609513).putShort((short) 0).putShort((short) command);
        request.putLong(COOKIE).putLong(offset).putInt(length);
        assertThat(kernel.write(request, 0, REQUEST_BYTES)).isEqualTo(REQUEST_BYTES);
    }

    private ByteBuffer receive(int bytes) throws IOException {
        ByteBuffer answer = ByteBuffer.allocateDirect(bytes);
        long deadline = System.nanoTime() + GUARD_NANOS;
        int position = 0;
        while (position < bytes && System.nanoTime() - deadline < 0) {
            position += Math.max(kernel.read(answer, position, bytes), 0);
        }
        assertThat(position).as("bytes received").isEqualTo(bytes);
        return answer;
    }

    private void expectSuccess(ByteBuffer reply) {
        assertThat(reply.getInt()).isEqualTo(0x67446698);
        assertThat(reply.getInt()).isZero();
        assertThat(reply.getLong()).isEqualTo(COOKIE);
    }

    @Test
    void requestsAreAnsweredWithoutAHandshake() throws Exception {
        ask(0, 12288, 4096);
        ByteBuffer reply = receive(REPLY_BYTES + 4096);
        expectSuccess(reply);
        assertThat(reply.get()).isEqualTo((byte) 3);
        ask(3, 0, 0);
        expectSuccess(receive(REPLY_BYTES));
    }

    @Test
    void pausedDeviceAnswersWhatItTookAndTakesNoMore() throws Exception {
        on(() -> isHolding = true);
        ask(0, 4096, 4096);
        long deadline = System.nanoTime() + GUARD_NANOS;
        while (held.isEmpty() && System.nanoTime() - deadline < 0) {
            on(() -> {});
        }
        on(() -> {
            device.setPaused(true);
            isHolding = false;
        });
        ask(0, 8192, 4096);
        on(() -> {
            assertThat(device.inFlight()).isOne();
            submit(held.remove());
            loop.touch();
        });
        ByteBuffer reply = receive(REPLY_BYTES + 4096);
        expectSuccess(reply);
        assertThat(reply.get()).isEqualTo((byte) 1);
        on(() -> assertThat(device.inFlight()).isZero());
        assertThat(kernel.read(ByteBuffer.allocateDirect(1), 0, 1)).isZero();
    }

    @Test
    void endOfTheKernelsSideEndsTheDevice() throws Exception {
        kernel.close();
        assertThat(gone.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void endOfTheWorkersSideIsSeenByTheKernelOnceNobodyHasItsDescriptor() throws Exception {
        SocketCalls.Pair pair = SocketCalls.pair();
        int copy = Posix.takeDescriptor(ProcessHandle.current().pid(), pair.ours());
        Posix.close(pair.ours());
        assertThat(SocketCalls.hasPeer(pair.kernels())).isTrue();
        SocketCalls.shutdown(copy);
        assertThat(SocketCalls.hasPeer(pair.kernels())).isFalse();
        Posix.close(copy);
        Posix.close(pair.kernels());
    }
}
