package io.xsan.frontend.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.Crc32c;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.engine.VolumeIo;
import io.xsan.engine.VolumeSession;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameKind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AgentVolumeTest implements OwnerLink, VolumeSession.Listener {
    private static final AgentLimits LIMITS = new AgentLimits(10, 100, 1000, 5000);

    private final BufferPool pool = new BufferPool(new PoolConfig(0, 4, 0, 0, 4 << 20));
    private final List<FrameHeader> sent = new ArrayList<>();
    private final List<String> events = new ArrayList<>();
    private final List<PageBuffer> taken = new ArrayList<>();
    private int credits = 100;
    private int connects;
    private int disconnects;
    private ErrorCode previous = ErrorCode.OK;
    private long sessions = 40;
    private long now;
    private final AgentVolume volume =
            new AgentVolume(new AgentVolume.Target(7, 8), this, LIMITS, this, 0);

    @AfterEach
    void everyBufferIsBack() {
        taken.forEach(PageBuffer::release);
        pool.close();
    }

    @Override
    public void connect(ErrorCode previous) {
        connects++;
        this.previous = previous;
    }

    @Override
    public void disconnect() {
        disconnects++;
    }

    @Override
    public boolean canSend(FrameKind kind) {
        return credits > 0;
    }

    @Override
    public void send(FrameHeader header, @Nullable PageBuffer body, int bodyOffsetBytes) {
        credits--;
        sent.add(new FrameHeader().copyOf(header));
        if (body != null && bodyOffsetBytes % 4096 == 0) {
            int pages = header.lengthBytes / 4096;
            assertThat(new Crc32c().firstMismatch(body, bodyOffsetBytes / 4096, pages))
                    .isEqualTo(-1);
        }
    }

    @Override
    public long newSessionId() {
        return ++sessions;
    }

    @Override
    public void onReady(VolumeSession session) {
        events.add("ready " + session.sizeBytes() + " " + session.sectorBytes());
    }

    @Override
    public void onResized(long sizeBytes) {
        events.add("resized " + sizeBytes);
    }

    @Override
    public void onDropped(ErrorCode reason) {
        events.add("dropped " + reason);
    }

    /** An I/O that remembers its end. */
    private static final class Io extends VolumeIo {
        @Nullable ErrorCode status;
        int ends;

        @Override
        public void onDone(ErrorCode done) {
            status = done;
            ends++;
        }
    }

    private PageBuffer buffer() {
        PageBuffer buffer = Check.present(pool.take(8192), "a buffer");
        taken.add(buffer);
        return buffer;
    }

    private Io submit(VolumeIo.Kind kind, long offset, int length) {
        Io io = new Io();
        io.kind = kind;
        io.offsetBytes = offset;
        io.lengthBytes = length;
        if (kind == VolumeIo.Kind.WRITE) {
            io.buffer = buffer();
        }
        volume.submit(io);
        return io;
    }

    private void turn(long at) {
        now = at;
        volume.onTurnEnd(at);
    }

    private FrameHeader takeSent(FrameKind kind) {
        FrameHeader header = sent.removeFirst();
        assertThat(header.kind).isEqualTo(kind);
        return header;
    }

    private void answer(FrameHeader request, ErrorCode status, @Nullable PageBuffer body) {
        credits++;
        volume.onFrame(new FrameHeader().copyOf(request).toAnswer(status), body);
    }

    private FrameHeader hello() {
        turn(now);
        volume.onConnected();
        return takeSent(FrameKind.VOLUME_HELLO);
    }

    private FrameHeader serve() {
        FrameHeader hello = hello();
        ready(hello, 1 << 20);
        return hello;
    }

    private void ready(FrameHeader hello, long sizeBytes) {
        FrameHeader ready = new FrameHeader().copyOf(hello).toAnswer(ErrorCode.OK);
        ready.aux = sizeBytes;
        ready.lengthBytes = 4096;
        volume.onFrame(ready, null);
    }

    @Test
    void firstReadySessionIsToldOnce() {
        FrameHeader hello = serve();
        assertThat(hello.volume).isEqualTo(7);
        assertThat(hello.generation).isEqualTo(8);
        assertThat(hello.incarnation).isEqualTo(41);
        volume.onDisconnected(ErrorCode.NODE_UNREACHABLE);
        assertThat(serve().incarnation).isEqualTo(42);
        assertThat(events).containsExactly("ready 1048576 4096");
    }

    @Test
    void anOwnerWhoseLinkBreaksBeforeItAnswersIsAskedAfterAPause() {
        serve();
        Io write = submit(VolumeIo.Kind.WRITE, 0, 4096);
        takeSent(FrameKind.VOLUME_WRITE);
        volume.onDisconnected(ErrorCode.NODE_UNREACHABLE);
        int before = connects;
        serve();
        assertThat(connects).isEqualTo(before + 1);
        volume.onDisconnected(ErrorCode.NODE_UNREACHABLE);
        turn(now + LIMITS.retryNanos() - 1);
        assertThat(connects).isEqualTo(before + 1);
        turn(now + 1);
        assertThat(connects).isEqualTo(before + 2);
        assertThat(write.ends).isZero();
    }

    @Test
    void requestsAreHeldUntilThereIsAnOwner() {
        Io write = submit(VolumeIo.Kind.WRITE, 0, 4096);
        serve();
        FrameHeader request = takeSent(FrameKind.VOLUME_WRITE);
        assertThat(request.incarnation).isEqualTo(41);
        assertThat(write.status).isNull();
        answer(request, ErrorCode.OK, null);
        assertThat(write.status).isEqualTo(ErrorCode.OK);
        assertThat(volume.requestsInFlight()).isZero();
    }

    @Test
    void unansweredRequestsGoAgainBeforeNewerOnesInTheirOrder() {
        serve();
        Io first = submit(VolumeIo.Kind.WRITE, 0, 4096);
        submit(VolumeIo.Kind.WRITE, 4096, 4096);
        submit(VolumeIo.Kind.FLUSH, 0, 0);
        FrameHeader old = takeSent(FrameKind.VOLUME_WRITE);
        answer(takeSent(FrameKind.VOLUME_WRITE), ErrorCode.OK, null);
        takeSent(FrameKind.VOLUME_FLUSH);

        volume.onDisconnected(ErrorCode.NODE_UNREACHABLE);
        submit(VolumeIo.Kind.TRIM, 8192, 4096);
        assertThat(sent).isEmpty();
        serve();
        FrameHeader again = takeSent(FrameKind.VOLUME_WRITE);
        takeSent(FrameKind.VOLUME_FLUSH);
        takeSent(FrameKind.VOLUME_TRIM);
        assertThat(again.requestId).isNotEqualTo(old.requestId);
        assertThat(volume.resentRequests()).isEqualTo(2);

        answer(old, ErrorCode.OK, null);
        assertThat(first.status).isNull();
        answer(again, ErrorCode.OK, null);
        assertThat(first.status).isEqualTo(ErrorCode.OK);
    }

    @Test
    void lateAndRepeatedAnswersAreIgnored() {
        serve();
        Io io = submit(VolumeIo.Kind.FLUSH, 0, 0);
        FrameHeader request = takeSent(FrameKind.VOLUME_FLUSH);
        FrameHeader otherKind = new FrameHeader().copyOf(request);
        otherKind.kind = FrameKind.VOLUME_TRIM;
        answer(otherKind, ErrorCode.OK, null);
        FrameHeader otherSession = new FrameHeader().copyOf(request);
        otherSession.incarnation--;
        answer(otherSession, ErrorCode.OK, null);
        FrameHeader otherSlot = new FrameHeader().copyOf(request);
        otherSlot.requestId += 9;
        answer(otherSlot, ErrorCode.OK, null);
        assertThat(io.ends).isZero();
        answer(request, ErrorCode.OK, null);
        answer(request, ErrorCode.WRITE_FAILED, null);
        assertThat(io.status).isEqualTo(ErrorCode.OK);
        assertThat(io.ends).isOne();
        assertThat(volume.ignoredAnswers()).isEqualTo(4);
    }

    @Test
    void requestsWaitForCredits() {
        serve();
        credits = 1;
        submit(VolumeIo.Kind.FLUSH, 0, 0);
        submit(VolumeIo.Kind.TRIM, 0, 4096);
        FrameHeader flush = takeSent(FrameKind.VOLUME_FLUSH);
        assertThat(sent).isEmpty();
        answer(flush, ErrorCode.OK, null);
        turn(1);
        takeSent(FrameKind.VOLUME_TRIM);
    }

    @Test
    void answerThatTheOwnerHasChangedSendsTheRequestToTheNextOne() {
        for (ErrorCode code :
                new ErrorCode[] {
                    ErrorCode.SESSION_DROPPED,
                    ErrorCode.NOT_OWNER,
                    ErrorCode.EPOCH_FENCED,
                    ErrorCode.IDENTITY_MISMATCH,
                    ErrorCode.CLUSTER_NOT_READY
                }) {
            serve();
            Io io = submit(VolumeIo.Kind.TRIM, 0, 4096);
            answer(takeSent(FrameKind.VOLUME_TRIM), code, null);
            assertThat(volume.isServing()).isFalse();
            assertThat(volume.reason()).isEqualTo(code);
            serve();
            assertThat(previous).isEqualTo(code);
            answer(takeSent(FrameKind.VOLUME_TRIM), ErrorCode.OK, null);
            assertThat(io.status).isEqualTo(ErrorCode.OK);
            volume.onDisconnected(ErrorCode.NODE_UNREACHABLE);
        }
        assertThat(disconnects).isEqualTo(5);
    }

    @Test
    void busyOwnerIsAskedAgainInTheSameSession() {
        serve();
        Io io = submit(VolumeIo.Kind.TRIM, 0, 4096);
        answer(takeSent(FrameKind.VOLUME_TRIM), ErrorCode.BUSY, null);
        turn(1);
        answer(takeSent(FrameKind.VOLUME_TRIM), ErrorCode.NOMEM, null);
        turn(2);
        answer(takeSent(FrameKind.VOLUME_TRIM), ErrorCode.OK, null);
        assertThat(io.status).isEqualTo(ErrorCode.OK);
        assertThat(connects).isOne();
    }

    @Test
    void errorsOfTheVolumeReachTheHost() {
        serve();
        Io io = submit(VolumeIo.Kind.WRITE, 0, 4096);
        answer(takeSent(FrameKind.VOLUME_WRITE), ErrorCode.INSUFFICIENT_SPACE, null);
        assertThat(io.status).isEqualTo(ErrorCode.INSUFFICIENT_SPACE);
    }

    @Test
    void readLandsInTheBufferGiven() {
        serve();
        Io io = new Io();
        io.buffer = buffer();
        io.bufferOffsetBytes = 4096;
        io.lengthBytes = 4096;
        volume.submit(io);
        PageBuffer body = buffer();
        body.bytes().clear().put(0, new byte[] {5, 6, 7});
        new Crc32c().stamp(body, 0, 1);
        answer(takeSent(FrameKind.VOLUME_READ), ErrorCode.OK, body);
        assertThat(io.status).isEqualTo(ErrorCode.OK);
        assertThat(io.crcsValid).isTrue();
        assertThat(new Crc32c().firstMismatch(io.buffer, 1, 1)).isEqualTo(-1);
        assertThat(io.buffer.bytes().get(4097)).isEqualTo((byte) 6);
    }

    @Test
    void readWithoutABufferIsGivenTheOneThatArrived() {
        serve();
        Io io = submit(VolumeIo.Kind.READ, 0, 4096);
        PageBuffer body = buffer();
        answer(takeSent(FrameKind.VOLUME_READ), ErrorCode.OK, body);
        assertThat(io.buffer).isSameAs(body);
        assertThat(body.references()).isEqualTo(2);
        body.release();
    }

    @Test
    void readOfAnotherLengthBreaksTheConnection() {
        serve();
        Io io = submit(VolumeIo.Kind.READ, 0, 4096);
        FrameHeader request = takeSent(FrameKind.VOLUME_READ);
        request.lengthBytes = 512;
        answer(request, ErrorCode.OK, buffer());
        assertThat(disconnects).isOne();
        assertThat(io.ends).isZero();
    }

    @Test
    void noticesOfTheOwnerAreFollowed() {
        FrameHeader hello = serve();
        FrameHeader notice = new FrameHeader().copyOf(hello);
        notice.kind = FrameKind.VOLUME_RESIZED;
        notice.aux = 2 << 20;
        volume.onFrame(notice, null);
        assertThat(volume.sizeBytes()).isEqualTo(2 << 20);
        notice.kind = FrameKind.VOLUME_DROPPED;
        notice.status = ErrorCode.NOT_OWNER;
        volume.onFrame(notice, null);
        assertThat(disconnects).isOne();
        turn(0);
        assertThat(connects).isEqualTo(2);
        volume.onConnected();
        ready(takeSent(FrameKind.VOLUME_HELLO), 3 << 20);
        assertThat(events)
                .containsExactly("ready 1048576 4096", "resized 2097152", "resized 3145728");
    }

    @Test
    void ownerThatCannotBeReachedIsTriedAgainAfterAPause() {
        turn(0);
        volume.onDisconnected(ErrorCode.NODE_UNREACHABLE);
        turn(9);
        assertThat(connects).isOne();
        turn(10);
        assertThat(connects).isEqualTo(2);
    }

    @Test
    void ownerThatDoesNotOpenTheSessionIsLeft() {
        hello();
        turn(99);
        assertThat(disconnects).isZero();
        turn(100);
        assertThat(disconnects).isOne();
        assertThat(volume.reason()).isEqualTo(ErrorCode.NETWORK_TIMEOUT);
    }

    @Test
    void refusalIsBelievedOnlyWhenItLasts() {
        Io io = submit(VolumeIo.Kind.FLUSH, 0, 0);
        for (long at = 0; at <= 1000; at += 100) {
            assertThat(io.ends).isZero();
            turn(at);
            volume.onConnected();
            answer(takeSent(FrameKind.VOLUME_HELLO), ErrorCode.PERMISSION_DENIED, null);
        }
        assertThat(io.status).isEqualTo(ErrorCode.PERMISSION_DENIED);
        assertThat(events).containsExactly("dropped PERMISSION_DENIED");
        assertThat(submit(VolumeIo.Kind.FLUSH, 0, 0).status).isEqualTo(ErrorCode.PERMISSION_DENIED);
        turn(5000);
        assertThat(connects).isEqualTo(11);
    }

    @Test
    void refusalThatEndsIsForgotten() {
        for (long at = 0; at <= 3000; at += 100) {
            turn(at);
            volume.onConnected();
            boolean isUnknown = at % 600 != 0;
            answer(
                    takeSent(FrameKind.VOLUME_HELLO),
                    isUnknown ? ErrorCode.VOLUME_NOT_FOUND : ErrorCode.NOT_OWNER,
                    null);
        }
        assertThat(events).isEmpty();
    }

    @Test
    void requestsFailWhenNoOwnerComesForLong() {
        Io early = submit(VolumeIo.Kind.FLUSH, 0, 0);
        turn(1000);
        Io later = submit(VolumeIo.Kind.FLUSH, 0, 0);
        turn(4999);
        assertThat(early.ends).isZero();
        turn(5000);
        assertThat(early.status).isEqualTo(ErrorCode.NETWORK_TIMEOUT);
        assertThat(later.ends).isZero();
        volume.onConnected();
        ready(takeSent(FrameKind.VOLUME_HELLO), 1 << 20);
        answer(takeSent(FrameKind.VOLUME_FLUSH), ErrorCode.OK, null);
        assertThat(later.status).isEqualTo(ErrorCode.OK);
    }

    @Test
    void invalidRangesAreRefusedAtOnce() {
        assertThat(submit(VolumeIo.Kind.READ, 0, 0).status).isEqualTo(ErrorCode.INVALID_PARAM);
        assertThat(submit(VolumeIo.Kind.READ, -1, 1).status).isEqualTo(ErrorCode.INVALID_PARAM);
        assertThat(submit(VolumeIo.Kind.READ, 0, (4 << 20) + 1).status)
                .isEqualTo(ErrorCode.INVALID_PARAM);
        assertThat(submit(VolumeIo.Kind.TRIM, Long.MAX_VALUE, 1).status)
                .isEqualTo(ErrorCode.INVALID_PARAM);
    }

    @Test
    void closingAnswersEverything() {
        serve();
        Io sentIo = submit(VolumeIo.Kind.FLUSH, 0, 0);
        credits = 0;
        Io waiting = submit(VolumeIo.Kind.FLUSH, 0, 0);
        volume.close();
        volume.close();
        assertThat(sentIo.status).isEqualTo(ErrorCode.SESSION_DROPPED);
        assertThat(waiting.status).isEqualTo(ErrorCode.SESSION_DROPPED);
        assertThat(disconnects).isOne();
        assertThat(events).containsExactly("ready 1048576 4096", "dropped SESSION_DROPPED");
        volume.onDisconnected(ErrorCode.OK);
        turn(9999);
        assertThat(connects).isOne();
    }
}
