package io.xsan.frontend.nbd;

import static io.xsan.frontend.nbd.NbdLayout.CMD_FLUSH;
import static io.xsan.frontend.nbd.NbdLayout.CMD_READ;
import static io.xsan.frontend.nbd.NbdLayout.CMD_TRIM;
import static io.xsan.frontend.nbd.NbdLayout.CMD_WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.xsan.base.ErrorCode;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.engine.VolumeSession;
import io.xsan.frontend.FakeVolume;
import io.xsan.frontend.nbd.NbdConfig.Tls;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Back-pressure, ends in mid-flight, splits, memory. */
class NbdLimitsTest {
    private static final PoolConfig BUFFERS = new PoolConfig(2, 8, 4, 0, 4 << 20);

    private static NbdHarness with(int requestsMax, int bytesMax, PoolConfig buffers) {
        NbdConfig config = new NbdConfig(Tls.OFF, requestsMax, bytesMax, 64, 1_000_000_000L);
        return new NbdHarness(config, buffers, 1 << 20, 1);
    }

    @Test
    void readingStopsAtTheMostRequestsAndGoesOnAfter() {
        NbdHarness nbd = with(3, 4 << 20, BUFFERS);
        NbdClient client = new NbdClient(nbd, "simple");
        nbd.volume().isHolding = true;
        for (int i = 0; i < 5; i++) {
            client.send(CMD_FLUSH, 0, i, 0, 0);
        }
        assertThat(nbd.volume().held).hasSize(3);
        nbd.volume().release();
        nbd.turns();
        assertThat(nbd.volume().held).hasSize(3);
        nbd.volume().isHolding = false;
        nbd.volume().release();
        nbd.turns();
        assertThat(nbd.unreadBytes()).isZero();
        nbd.end();
    }

    @Test
    void readingStopsAtTheMostBytesInFlight() {
        NbdHarness nbd = with(99, 4 << 20, BUFFERS);
        nbd.volumes.put("vol", new FakeVolume(16 << 20));
        NbdClient client = new NbdClient(nbd, "structured");
        nbd.volume().isHolding = true;
        client.write(1, 0, new byte[6 << 20]);
        assertThat(nbd.volume().held).hasSize(1);
        assertThat(nbd.unreadBytes()).isEqualTo(2 << 20);
        nbd.volume().release();
        nbd.turns();
        assertThat(nbd.volume().held).hasSize(1);
        assertThat(nbd.unreadBytes()).isZero();
        nbd.volume().release();
        client.expectEnd(CMD_WRITE, 1, 0, 0);

        client.send(CMD_READ, 0, 2, 0, 16 << 20);
        for (int i = 0; i < 4; i++) {
            assertThat(nbd.volume().held).hasSize(1);
            nbd.volume().release();
            nbd.turns();
            client.expectData(2, 0, (long) i << 22, 4 << 20, i == 3);
        }
        nbd.end();
    }

    @Test
    void exhaustedPoolStopsReadingUntilABufferIsBack() {
        NbdHarness nbd = with(99, 16 << 20, new PoolConfig(0, 1, 0, 0, 4 << 20));
        NbdClient client = new NbdClient(nbd, "simple");
        PageBuffer taken = io.xsan.base.Check.present(nbd.pool.take(4096), "a buffer");
        client.write(1, 0, new byte[4096]);
        client.send(CMD_READ, 0, 2, 0, 4096);
        nbd.expectNothing();
        assertThat(nbd.unreadBytes()).isEqualTo(4096 + NbdLayout.REQUEST_BYTES);
        taken.release();
        nbd.turns();
        client.expectEnd(CMD_WRITE, 1, 0, 0);
        client.expectData(2, 0, 0, 4096, true);
        nbd.end();
    }

    @Test
    void clientThatDoesNotReadGetsNoNewWork() {
        NbdHarness nbd = with(99, 16 << 20, BUFFERS);
        NbdClient client = new NbdClient(nbd, "simple");
        nbd.connection.onWritable(false);
        client.send(CMD_READ, 0, 1, 0, 4096);
        client.send(CMD_READ, 0, 2, 0, 4096);
        assertThat(nbd.volume().seen).isEmpty();
        nbd.connection.onWritable(true);
        nbd.turns();
        assertThat(nbd.volume().seen).hasSize(2);
        nbd.end();
    }

    @Test
    void answerOfTheEngineLetsTheConnectionGoOnAtOnce() {
        NbdHarness nbd = with(1, 4 << 20, BUFFERS);
        NbdClient client = new NbdClient(nbd, "simple");
        nbd.volume().isHolding = true;
        client.send(CMD_FLUSH, 0, 1, 0, 0);
        client.send(CMD_FLUSH, 0, 2, 0, 0);
        int before = nbd.resumes;
        nbd.volume().release();
        assertThat(nbd.resumes).isEqualTo(before + 1);
        nbd.end();
    }

    @Test
    void dataOfHostsLeaveBuffersToPeers() {
        NbdHarness nbd = with(99, 16 << 20, new PoolConfig(0, 4, 0, 0, 4 << 20));
        NbdClient client = new NbdClient(nbd, "simple");
        nbd.volume().isHolding = true;
        for (int i = 0; i < 5; i++) {
            client.write(i, 0, new byte[4096]);
        }
        assertThat(nbd.volume().held).hasSize(3);
        assertThat(nbd.pool.lentCount()).isEqualTo(3);
        nbd.volume().isHolding = false;
        nbd.volume().release();
        nbd.turns();
        assertThat(nbd.unreadBytes()).isZero();
        nbd.end();
    }

    @Test
    void longTrimKeepsWithinThePartsAllowed() {
        NbdHarness nbd = with(2, 4 << 20, BUFFERS);
        nbd.volume().sizeBytes = 5L << 30;
        NbdClient client = new NbdClient(nbd, "extended");
        nbd.volume().isHolding = true;
        client.send(CMD_TRIM, 0, 1, 0, 5L << 30);
        assertThat(nbd.volume().held).hasSize(2);
        nbd.volume().isHolding = false;
        nbd.volume().release();
        nbd.turns();
        nbd.volume().release();
        nbd.turns();
        client.expectEnd(CMD_TRIM, 1, 0, 0);
        nbd.end();
    }

    @Test
    void answersLeaveInTheOrderOfTheEngine() {
        NbdHarness nbd = with(99, 16 << 20, BUFFERS);
        NbdClient client = new NbdClient(nbd, "structured");
        nbd.volume().isHolding = true;
        client.send(CMD_READ, 0, 1, 0, 4096);
        client.send(CMD_READ, 0, 2, 4096, 4096);
        nbd.volume().releaseNewest();
        client.expectData(2, 4096, 4096, 4096, true);
        nbd.volume().release();
        client.expectData(1, 0, 0, 4096, true);
        nbd.end();
    }

    @Test
    void partsOfOneReadMayComeInAnyOrder() {
        NbdHarness nbd = with(99, 16 << 20, BUFFERS);
        nbd.volumes.put("vol", new FakeVolume(16 << 20));
        NbdClient client = new NbdClient(nbd, "extended");
        nbd.volume().isHolding = true;
        client.send(CMD_READ, 0, 1, 0, 8 << 20);
        nbd.volume().releaseNewest();
        client.expectData(1, 0, 4 << 20, 4 << 20, false);
        nbd.volume().release();
        client.expectData(1, 0, 0, 4 << 20, true);
        nbd.end();
    }

    @Test
    void lostConnectionGivesBuffersBackAsTheEngineAnswers() {
        NbdHarness nbd = with(99, 16 << 20, BUFFERS);
        NbdClient client = new NbdClient(nbd, "simple");
        nbd.volume().isHolding = true;
        client.write(1, 0, new byte[4096]);
        client.send(CMD_READ, 0, 2, 0, 4096);
        nbd.send(client.request(CMD_WRITE, 0, 3, 0, 4096).bytes(new byte[100]));
        assertThat(nbd.pool.lentCount()).isEqualTo(3);
        nbd.connection.onClosed();
        assertThat(nbd.pool.lentCount()).isEqualTo(2);
        assertThat(nbd.volume().closes).isOne();
        nbd.volume().release();
        nbd.volume().release();
        assertThat(nbd.pool.lentCount()).isZero();
        nbd.expectNothing();
        nbd.end();
    }

    @Test
    void endOfTheSessionEndsTheConnectionWithoutReadingOn() {
        NbdHarness nbd = with(99, 16 << 20, BUFFERS);
        NbdClient client = new NbdClient(nbd, "simple");
        nbd.send(client.request(CMD_WRITE, 0, 3, 0, 4096).bytes(new byte[100]));
        nbd.listeners.getFirst().onDropped(ErrorCode.SESSION_DROPPED);
        assertThat(nbd.isClosed).isTrue();
        nbd.send(new byte[3996]);
        assertThat(nbd.volume().seen).isEmpty();
        assertThat(nbd.volume().closes).isZero();
        nbd.end();
    }

    @Test
    void everySplitOfTheStreamGivesTheSameReplies() {
        byte[] expected = null;
        for (int pieceBytes : new int[] {1 << 20, 1, 2, 7, 5000}) {
            byte[] replies = conversation(pieceBytes);
            if (expected != null) {
                assertThat(replies).as("pieces of up to %d", pieceBytes).isEqualTo(expected);
            }
            expected = replies;
        }
    }

    private static byte[] conversation(int pieceBytes) {
        NbdHarness nbd = new NbdHarness(NbdConfig.of(Tls.OFF), BUFFERS, pieceBytes, 7);
        NbdBytes stream = new NbdBytes().i32(3);
        stream.option(NbdLayout.OPT_LIST, new byte[0]);
        stream.option(NbdLayout.OPT_STRUCTURED_REPLY, new byte[0]);
        stream.option(4711, new byte[33]);
        stream.option(NbdLayout.OPT_GO, NbdHarness.goData("vol", 1, 2, 3).toArray());
        Random random = new Random(5);
        for (int i = 0; i < 40; i++) {
            int offset = random.nextInt(500_000);
            int length = random.nextInt(20_000);
            int command = random.nextInt(9);
            if (command == NbdLayout.CMD_DISC) {
                continue;
            }
            stream.request(command, random.nextInt(2), i, offset, length);
            if (command == CMD_WRITE) {
                byte[] data = new byte[length];
                random.nextBytes(data);
                stream.bytes(data);
            }
        }
        nbd.send(stream);
        byte[] replies = NbdHarness.text(nbd.replies());
        nbd.end();
        return replies;
    }

    /** A socket that swallows everything. */
    private static final class NullSocket implements NbdSink, NbdExports {
        final FakeVolume volume = new FakeVolume(1 << 20);
        long bytes;

        @Override
        public void write(ByteBuffer written) {
            bytes += written.remaining();
        }

        @Override
        public void write(PageBuffer buffer, int offsetBytes, int lengthBytes) {
            bytes += lengthBytes;
        }

        @Override
        public void resumeReading() {}

        @Override
        public void startTls() {}

        @Override
        public void close() {}

        @Override
        public void abort() {}

        @Override
        public List<String> names() {
            return List.of();
        }

        @Override
        public @Nullable Export find(String name) {
            return new Export(name, "", volume.sizeBytes, 4096, false);
        }

        @Override
        public void open(String name, VolumeSession.Listener listener) {
            listener.onReady(volume);
        }
    }

    @Test
    void requestsAllocateNothingAfterWarmUp() {
        try (BufferPool pool = new BufferPool(BUFFERS)) {
            NullSocket socket = new NullSocket();
            socket.volume.isRecording = false;
            NbdConnection connection =
                    new NbdConnection(NbdConfig.of(Tls.OFF), socket, socket, pool);
            connection.start();
            NbdBytes begin = new NbdBytes().i32(3);
            begin.option(NbdLayout.OPT_STRUCTURED_REPLY, new byte[0]);
            begin.option(NbdLayout.OPT_GO, NbdHarness.goData("vol").toArray());
            connection.onBytes(ByteBuffer.wrap(begin.toArray()));
            NbdBytes pair = new NbdBytes().request(CMD_WRITE, 0, 1, 4096, 4096);
            pair.bytes(new byte[4096]).request(CMD_READ, 0, 2, 4096, 4096);
            ByteBuffer bytes = ByteBuffer.wrap(pair.toArray());
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            int pairs = 20_000;
            run(connection, bytes, pairs);
            long before = threads.getCurrentThreadAllocatedBytes();
            run(connection, bytes, pairs);
            long allocatedBytes = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(allocatedBytes / pairs).isZero();
            assertThat(socket.bytes).isGreaterThan(2L * pairs * 4096);
            connection.onClosed();
        }
    }

    private static void run(NbdConnection connection, ByteBuffer bytes, int pairs) {
        for (int i = 0; i < pairs; i++) {
            bytes.clear();
            connection.onBytes(bytes);
            connection.onTurnEnd(i);
        }
    }
}
