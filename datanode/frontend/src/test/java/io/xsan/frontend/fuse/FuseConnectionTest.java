package io.xsan.frontend.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.engine.VolumeIo;
import io.xsan.engine.VolumeSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FuseConnectionTest {
    private static final int START = 4096 - FuseConnection.WRITE_HEAD_BYTES;

    private final BufferPool pool = new BufferPool(new PoolConfig(0, 2, 1, 0, 8 << 20));
    private final HeldSession session = new HeldSession();
    private final Replies replies = new Replies();
    private final FuseConnection fuse = new FuseConnection(session, pool, replies);

    @AfterEach
    void everyBufferIsBack() {
        pool.close();
    }

    @Test
    void initAgreesOnWhatBothSidesKnow() {
        send(FuseLayout.OP_INIT, 1, 7, 45, 131072, -1, -1);
        ByteBuffer out = replies.last();
        assertThat(out.getInt(FuseLayout.OUT_ERROR)).isZero();
        assertThat(out.getInt(16 + FuseLayout.INIT_MINOR)).isEqualTo(FuseLayout.MINOR);
        assertThat(out.getInt(16 + FuseLayout.INIT_OUT_MAX_WRITE)).isEqualTo(1 << 20);
        assertThat(out.getInt(16 + FuseLayout.INIT_OUT_FLAGS2))
                .isEqualTo(FuseLayout.FLAG2_HAS_RESEND);
    }

    @Test
    void initOfAnOldKernelIsRefused() {
        send(FuseLayout.OP_INIT, 1, 7, 30, 0, 0);
        assertThat(replies.last().getInt(FuseLayout.OUT_ERROR)).isEqualTo(-71);
        send(FuseLayout.OP_INIT, 2, 8, 0, 0, 0);
        assertThat(replies.last().getInt(FuseLayout.OUT_ERROR)).isEqualTo(-71);
    }

    @Test
    void aWriteReachesTheVolumeWithoutACopyAndIsAnsweredWhenItIsDone() {
        PageBuffer message = message(FuseLayout.OP_WRITE, 9, io(8192, 4096), 4096);
        fuse.onMessage(message, START, FuseConnection.WRITE_HEAD_BYTES + 4096);
        VolumeIo io = session.take();
        assertThat(io.kind).isEqualTo(VolumeIo.Kind.WRITE);
        assertThat(io.offsetBytes).isEqualTo(8192);
        assertThat(io.buffer).isSameAs(message);
        assertThat(io.bufferOffsetBytes).isEqualTo(4096);
        message.release();
        assertThat(replies.all).isEmpty();
        io.onDone(ErrorCode.OK);
        assertThat(replies.last().getLong(FuseLayout.OUT_UNIQUE)).isEqualTo(9);
        assertThat(replies.last().getInt(16)).isEqualTo(4096);
    }

    @Test
    void aRequestUsedAgainKnowsNothingOfTheChecksumsOfItsLastData() {
        write(1).crcsValid = true;
        session.take().onDone(ErrorCode.OK);
        VolumeIo second = write(2);
        assertThat(second.crcsValid).isFalse();
        session.take().onDone(ErrorCode.OK);
    }

    private VolumeIo write(long unique) {
        PageBuffer message = message(FuseLayout.OP_WRITE, unique, io(0, 4096), 4096);
        fuse.onMessage(message, START, FuseConnection.WRITE_HEAD_BYTES + 4096);
        message.release();
        return Check.present(session.held.peek(), "a write");
    }

    @Test
    void aReadIsCutAtTheEndOfTheVolume() {
        send(FuseLayout.OP_READ, 3, io(HeldSession.SIZE - 4096, 65536));
        VolumeIo io = session.take();
        assertThat(io.lengthBytes).isEqualTo(4096);
        io.onDone(ErrorCode.OK);
        assertThat(replies.last().getInt(FuseLayout.OUT_LENGTH)).isEqualTo(16 + 4096);
        assertThat(replies.lastDataBytes).isEqualTo(4096);
        send(FuseLayout.OP_READ, 4, io(HeldSession.SIZE, 4096));
        assertThat(replies.last().getInt(FuseLayout.OUT_LENGTH)).isEqualTo(16);
    }

    @Test
    void readsWaitInOrderWhenThePoolIsEmpty() {
        PageBuffer[] all = {Check.present(pool.take(1), "1"), Check.present(pool.take(1), "2")};
        send(FuseLayout.OP_READ, 1, io(0, 4096));
        send(FuseLayout.OP_READ, 2, io(4096, 4096));
        assertThat(session.held).isEmpty();
        fuse.retry();
        VolumeIo first = session.take();
        assertThat(session.held).isEmpty();
        first.onDone(ErrorCode.OK);
        VolumeIo second = session.take();
        assertThat(second.offsetBytes).isEqualTo(4096);
        second.onDone(ErrorCode.OK);
        assertThat(replies.all).hasSize(2);
        all[0].release();
        all[1].release();
    }

    @Test
    void holesArePunchedInPiecesAndAnsweredOnce() {
        long length = (1L << 30) + 4096;
        send(FuseLayout.OP_FALLOCATE, 5, 0, 0, 4096, 0, (int) length, 0, 3, 0);
        VolumeIo io = session.take();
        assertThat(io.kind).isEqualTo(VolumeIo.Kind.TRIM);
        assertThat(io.lengthBytes).isEqualTo(1 << 30);
        io.onDone(ErrorCode.OK);
        assertThat(replies.all).isEmpty();
        VolumeIo rest = session.take();
        assertThat(rest.offsetBytes).isEqualTo(4096 + (1L << 30));
        assertThat(rest.lengthBytes).isEqualTo(4096);
        rest.onDone(ErrorCode.OK);
        assertThat(replies.all).hasSize(1);
    }

    @Test
    void errorsOfTheVolumeBecomeErrnos() {
        PageBuffer message = message(FuseLayout.OP_WRITE, 9, io(0, 4096), 4096);
        fuse.onMessage(message, START, FuseConnection.WRITE_HEAD_BYTES + 4096);
        message.release();
        session.take().onDone(ErrorCode.INSUFFICIENT_SPACE);
        assertThat(replies.last().getInt(FuseLayout.OUT_ERROR)).isEqualTo(-28);
    }

    @Test
    void malformedMessagesAreRefusedAndChangeNothing() {
        send(FuseLayout.OP_READ, 1, 0, 0);
        assertThat(replies.last().getInt(FuseLayout.OUT_ERROR)).isEqualTo(-71);
        send(FuseLayout.OP_READ, 2, io(-4096, 4096));
        assertThat(replies.last().getInt(FuseLayout.OUT_ERROR)).isEqualTo(-71);
        send(FuseLayout.OP_WRITE, 3, io(0, 4096));
        assertThat(replies.last().getInt(FuseLayout.OUT_ERROR)).isEqualTo(-71);
        send(FuseLayout.OP_SETATTR, 4, 8);
        assertThat(replies.last().getInt(FuseLayout.OUT_ERROR)).isEqualTo(-71);
        send(FuseLayout.OP_FALLOCATE, 5, 0, 0, 0, 0, 4096, 0, 64, 0);
        assertThat(replies.last().getInt(FuseLayout.OUT_ERROR)).isEqualTo(-95);
        send(99, 6);
        assertThat(replies.last().getInt(FuseLayout.OUT_ERROR)).isEqualTo(-38);
        assertThat(session.held).isEmpty();
    }

    @Test
    void theFileGrowsOnlyByATruncateToTheVolumesSize() {
        session.sizeBytes = 2 * HeldSession.SIZE;
        send(FuseLayout.OP_GETATTR, 1, 0, 0, 0, 0);
        assertThat(replies.last().getLong(16 + FuseLayout.ATTR_SIZE)).isEqualTo(HeldSession.SIZE);
        send(FuseLayout.OP_SETATTR, 2, setSize(3 * HeldSession.SIZE));
        assertThat(replies.last().getInt(FuseLayout.OUT_ERROR)).isEqualTo(-22);
        send(FuseLayout.OP_SETATTR, 3, setSize(2 * HeldSession.SIZE));
        assertThat(replies.last().getLong(16 + FuseLayout.ATTR_SIZE))
                .isEqualTo(2 * HeldSession.SIZE);
    }

    @Test
    void aNewWorkerAsksForWhatWasNotAnswered() {
        fuse.resume();
        assertThat(replies.last().getInt(FuseLayout.OUT_ERROR)).isEqualTo(7);
        assertThat(replies.last().getLong(FuseLayout.OUT_UNIQUE)).isZero();
    }

    private static int[] setSize(long bytes) {
        int[] words = new int[FuseLayout.SETATTR_IN_BYTES / 4];
        words[0] = FuseLayout.SETATTR_VALID_SIZE;
        words[4] = (int) bytes;
        words[5] = (int) (bytes >>> 32);
        return words;
    }

    private static int[] io(long offset, int size) {
        return new int[] {0, 0, (int) offset, (int) (offset >>> 32), size, 0, 0, 0, 0, 0};
    }

    private void send(int opcode, long unique, int... argument) {
        PageBuffer message = message(opcode, unique, argument, 0);
        fuse.onMessage(message, START, 40 + 4 * argument.length);
        message.release();
    }

    private PageBuffer message(int opcode, long unique, int[] argument, int dataBytes) {
        PageBuffer buffer = Check.present(pool.take(3 << 20), "a large buffer");
        ByteBuffer bytes = buffer.bytes();
        bytes.putInt(START, 40 + 4 * argument.length + dataBytes);
        bytes.putInt(START + FuseLayout.IN_OPCODE, opcode);
        bytes.putLong(START + FuseLayout.IN_UNIQUE, unique);
        for (int i = 0; i < argument.length; i++) {
            bytes.putInt(START + 40 + 4 * i, argument[i]);
        }
        return buffer;
    }

    private static final class Replies implements FuseSink {
        private final List<ByteBuffer> all = new ArrayList<>();
        private int lastDataBytes;

        private ByteBuffer last() {
            return all.getLast();
        }

        @Override
        public void reply(ByteBuffer head, @Nullable PageBuffer data, int offset, int dataBytes) {
            ByteBuffer copy = ByteBuffer.allocate(head.remaining()).order(ByteOrder.LITTLE_ENDIAN);
            copy.put(head.duplicate()).flip();
            all.add(copy);
            lastDataBytes = dataBytes;
        }

        @Override
        public void onDestroyed() {}
    }

    /** A volume that holds what it is asked until the test ends it. */
    private static final class HeldSession implements VolumeSession {
        private static final long SIZE = 4L << 30;

        private final ArrayDeque<VolumeIo> held = new ArrayDeque<>();
        private long sizeBytes = SIZE;

        private VolumeIo take() {
            return held.remove();
        }

        @Override
        public long sizeBytes() {
            return sizeBytes;
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
            held.add(io);
        }

        @Override
        public void map(long offsetBytes, long lengthBytes, MapSink sink) {
            sink.run(lengthBytes, true);
            sink.onMapDone(ErrorCode.OK);
        }

        @Override
        public void close() {}
    }
}
