package io.xsan.frontend.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.Crc32c;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.engine.VolumeIo.Kind;
import io.xsan.engine.VolumeSession;
import io.xsan.frontend.FakeVolume;
import io.xsan.frontend.FakeVolume.Seen;
import io.xsan.protocol.FrameFault;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameKind;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VolumeConnectionTest implements VolumeLink {
    private final BufferPool pool = new BufferPool(new PoolConfig(0, 2, 1, 0, 4 << 20));
    private final FakeVolume volume = new FakeVolume(1 << 20);
    private final Deque<FrameHeader> sent = new ArrayDeque<>();
    private byte[] lastBody = new byte[0];
    private boolean areBodyCrcsRight;
    private boolean isClosed;
    private VolumeSession.@Nullable Listener listener;
    private String connected = "";
    private final VolumeConnection connection = new VolumeConnection(this, pool);

    VolumeConnectionTest() {
        volume.allowsAnyPlace = true;
    }

    @AfterEach
    void everyBufferIsBack() {
        connection.onClosed();
        while (!volume.held.isEmpty()) {
            volume.release();
        }
        assertThat(connection.requestsInFlight()).isZero();
        pool.close();
    }

    @Override
    public void send(FrameHeader header, @Nullable PageBuffer body, int bodyOffsetBytes) {
        sent.add(new FrameHeader().copyOf(header));
        if (body != null) {
            lastBody = new byte[header.lengthBytes];
            body.bytes().clear().get(bodyOffsetBytes, lastBody);
            int pages = bodyOffsetBytes % 4096 == 0 ? header.lengthBytes / 4096 : 0;
            areBodyCrcsRight = new Crc32c().firstMismatch(body, 0, pages) == -1;
        }
    }

    @Override
    public void close() {
        isClosed = true;
    }

    @Override
    public void connect(
            long volumeId, long attachmentId, long sessionId, VolumeSession.Listener l) {
        connected = volumeId + " " + attachmentId + " " + sessionId;
        listener = l;
    }

    private VolumeSession.Listener listener() {
        return Check.present(listener, "a session was asked for");
    }

    private static FrameHeader request(FrameKind kind, long offset, int length) {
        FrameHeader header = new FrameHeader();
        header.kind = kind;
        header.volume = 7;
        header.generation = 8;
        header.incarnation = 9;
        header.requestId = 1000 + offset;
        header.block = offset;
        header.lengthBytes = length;
        return header;
    }

    private void serve() {
        connection.onFrame(request(FrameKind.VOLUME_HELLO, 0, 0), null);
        listener().onReady(volume);
        expect(FrameKind.VOLUME_READY, ErrorCode.OK);
    }

    private FrameHeader expect(FrameKind kind, ErrorCode status) {
        FrameHeader header = sent.removeFirst();
        assertThat(header.kind).isEqualTo(kind);
        assertThat(header.status).isEqualTo(status);
        assertThat(header.volume).isEqualTo(7);
        assertThat(header.generation).isEqualTo(8);
        assertThat(header.incarnation).isEqualTo(9);
        return header;
    }

    private void write(long offset, byte[] data) {
        PageBuffer body = Check.present(pool.take(data.length), "a buffer");
        body.bytes().clear().put(data);
        connection.onFrame(request(FrameKind.VOLUME_WRITE, offset, data.length), body);
        body.release();
    }

    @Test
    void helloOpensASessionOfTheAttachment() {
        volume.isReadOnly = true;
        connection.onFrame(request(FrameKind.VOLUME_HELLO, 0, 0), null);
        assertThat(connected).isEqualTo("7 8 9");
        assertThat(sent).isEmpty();
        listener().onReady(volume);
        FrameHeader ready = expect(FrameKind.VOLUME_READY, ErrorCode.OK);
        assertThat(ready.aux).isEqualTo(1 << 20);
        assertThat(ready.lengthBytes).isEqualTo(4096);
        assertThat(ready.has(FrameHeader.FLAG_READ_ONLY)).isTrue();
    }

    @Test
    void refusedHelloIsAnsweredAndTheConnectionClosed() {
        connection.onFrame(request(FrameKind.VOLUME_HELLO, 0, 0), null);
        listener().onDropped(ErrorCode.NOT_OWNER);
        expect(FrameKind.VOLUME_READY, ErrorCode.NOT_OWNER);
        assertThat(isClosed).isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            value = FrameKind.class,
            names = {"VOLUME_READ", "VOLUME_WRITE", "VOLUME_FLUSH", "VOLUME_TRIM", "VOLUME_ZERO"})
    void requestsBeforeTheSessionServesAreFaults(FrameKind kind) {
        FrameHeader header = request(kind, 0, 4096);
        assertThat(connection.onHeader(header)).isEqualTo(FrameFault.WRONG_STATE);
        connection.onFrame(request(FrameKind.VOLUME_HELLO, 0, 0), null);
        assertThat(connection.onHeader(header)).isEqualTo(FrameFault.WRONG_STATE);
        listener().onReady(volume);
        assertThat(connection.onHeader(header)).isEqualTo(FrameFault.NONE);
    }

    @Test
    void secondHelloIsAFault() {
        FrameHeader hello = request(FrameKind.VOLUME_HELLO, 0, 0);
        connection.onFrame(hello, null);
        assertThat(connection.onHeader(hello)).isEqualTo(FrameFault.WRONG_STATE);
        listener().onReady(volume);
        assertThat(connection.onHeader(hello)).isEqualTo(FrameFault.WRONG_STATE);
    }

    @Test
    void whatWasWrittenIsReadBackWithItsChecksums() {
        serve();
        byte[] data = new byte[8192];
        Arrays.fill(data, (byte) 9);
        write(4096, data);
        assertThat(expect(FrameKind.VOLUME_WRITTEN, ErrorCode.OK).requestId).isEqualTo(5096);
        connection.onFrame(request(FrameKind.VOLUME_READ, 4096, 8192), null);
        assertThat(expect(FrameKind.VOLUME_READ_DATA, ErrorCode.OK).lengthBytes).isEqualTo(8192);
        assertThat(lastBody).isEqualTo(data);
        assertThat(areBodyCrcsRight).isTrue();
    }

    @Test
    void anyAlignmentIsServed() {
        serve();
        write(1000, new byte[] {1, 2, 3});
        expect(FrameKind.VOLUME_WRITTEN, ErrorCode.OK);
        connection.onFrame(request(FrameKind.VOLUME_READ, 1001, 5000), null);
        expect(FrameKind.VOLUME_READ_DATA, ErrorCode.OK);
        assertThat(lastBody).hasSize(5000).startsWith(2, 3, 0);
    }

    @Test
    void changesWithoutDataReachTheEngine() {
        serve();
        connection.onFrame(request(FrameKind.VOLUME_TRIM, 0, 8192), null);
        expect(FrameKind.VOLUME_TRIMMED, ErrorCode.OK);
        FrameHeader zero = request(FrameKind.VOLUME_ZERO, 0, 8192);
        connection.onFrame(zero, null);
        expect(FrameKind.VOLUME_ZEROED, ErrorCode.OK);
        zero.flags = FrameHeader.FLAG_MAY_TRIM;
        connection.onFrame(zero, null);
        expect(FrameKind.VOLUME_ZEROED, ErrorCode.OK);
        connection.onFrame(request(FrameKind.VOLUME_FLUSH, 0, 0), null);
        expect(FrameKind.VOLUME_FLUSHED, ErrorCode.OK);
        assertThat(volume.seen)
                .containsExactly(
                        new Seen(Kind.TRIM, 0, 8192, true),
                        new Seen(Kind.ZERO, 0, 8192, false),
                        new Seen(Kind.ZERO, 0, 8192, true),
                        new Seen(Kind.FLUSH, 0, 0, false));
    }

    @Test
    void errorsOfTheEngineAreToldWithoutData() {
        serve();
        volume.nextStatus = ErrorCode.BLOCK_CORRUPTED;
        connection.onFrame(request(FrameKind.VOLUME_READ, 0, 4096), null);
        expect(FrameKind.VOLUME_READ_DATA, ErrorCode.BLOCK_CORRUPTED);
        assertThat(lastBody).isEmpty();
    }

    @Test
    void requestOfAnotherSessionIsRefused() {
        serve();
        FrameHeader old = request(FrameKind.VOLUME_TRIM, 0, 4096);
        old.incarnation = 6;
        connection.onFrame(old, null);
        assertThat(sent.removeFirst().status).isEqualTo(ErrorCode.IDENTITY_MISMATCH);
        assertThat(volume.seen).isEmpty();
    }

    @Test
    void readsWaitForBuffersInTheirOrder() {
        serve();
        volume.isHolding = true;
        for (int i = 0; i < 5; i++) {
            connection.onFrame(request(FrameKind.VOLUME_READ, i * 4096L, 4096), null);
        }
        assertThat(volume.held).hasSize(3);
        connection.onTurnEnd();
        assertThat(volume.held).hasSize(3);
        for (int i = 0; i < 5; i++) {
            volume.release();
            connection.onTurnEnd();
            assertThat(expect(FrameKind.VOLUME_READ_DATA, ErrorCode.OK).requestId)
                    .isEqualTo(1000 + i * 4096L);
        }
    }

    @Test
    void resizeIsTold() {
        serve();
        listener().onResized(2 << 20);
        assertThat(expect(FrameKind.VOLUME_RESIZED, ErrorCode.OK).aux).isEqualTo(2 << 20);
    }

    @Test
    void droppedSessionIsToldAndItsConnectionClosed() {
        serve();
        volume.isHolding = true;
        for (int i = 0; i < 4; i++) {
            connection.onFrame(request(FrameKind.VOLUME_READ, 0, 4096), null);
        }
        volume.nextStatus = ErrorCode.SESSION_DROPPED;
        for (int i = 0; i < 3; i++) {
            volume.release();
        }
        listener().onDropped(ErrorCode.NOT_OWNER);
        for (int i = 0; i < 4; i++) {
            expect(FrameKind.VOLUME_READ_DATA, ErrorCode.SESSION_DROPPED);
        }
        expect(FrameKind.VOLUME_DROPPED, ErrorCode.NOT_OWNER);
        assertThat(isClosed).isTrue();
        connection.onFrame(request(FrameKind.VOLUME_TRIM, 0, 4096), null);
        expect(FrameKind.VOLUME_TRIMMED, ErrorCode.SESSION_DROPPED);
        assertThat(volume.seen).hasSize(3);
    }

    @Test
    void lostConnectionClosesTheSessionAndSendsNothing() {
        serve();
        volume.isHolding = true;
        for (int i = 0; i < 4; i++) {
            connection.onFrame(request(FrameKind.VOLUME_READ, 0, 4096), null);
        }
        connection.onClosed();
        assertThat(volume.closes).isOne();
        assertThat(pool.lentCount()).isEqualTo(3);
        while (!volume.held.isEmpty()) {
            volume.release();
        }
        assertThat(pool.lentCount()).isZero();
        assertThat(sent).isEmpty();
    }

    @Test
    void sessionThatOpensAfterTheAgentHasGoneIsClosed() {
        connection.onFrame(request(FrameKind.VOLUME_HELLO, 0, 0), null);
        connection.onClosed();
        listener().onReady(volume);
        assertThat(volume.closes).isOne();
        assertThat(sent).isEmpty();
    }
}
