package io.xsan.frontend.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.ErrorCode;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.frontend.FakeVolume;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A connection to the kernel's nbd: requests from the first byte on. */
class NbdServingTest implements NbdSink {
    private final FakeVolume volume = new FakeVolume(1 << 20);
    private final BufferPool pool = new BufferPool(new PoolConfig(4, 4, 1, 0, 4 << 20));
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final NbdConnection connection =
            NbdConnection.serving(NbdConfig.of(NbdConfig.Tls.OFF), volume, this, pool);
    private boolean isClosed;

    @AfterEach
    void everyBufferIsBack() {
        connection.onClosed();
        assertThat(volume.closes).isZero();
        pool.close();
    }

    @Override
    public void write(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        output.writeBytes(copy);
    }

    @Override
    public void write(PageBuffer buffer, int offsetBytes, int lengthBytes) {
        write(buffer.bytes().clear().slice(offsetBytes, lengthBytes));
    }

    @Override
    public void resumeReading() {}

    @Override
    public void startTls() {
        throw new AssertionError("no TLS");
    }

    @Override
    public void close() {
        isClosed = true;
    }

    @Override
    public void abort() {
        isClosed = true;
    }

    private ByteBuffer ask(NbdBytes request) {
        assertThat(connection.onBytes(ByteBuffer.wrap(request.toArray()))).isTrue();
        ByteBuffer answer = ByteBuffer.wrap(output.toByteArray());
        output.reset();
        return answer;
    }

    private static void expect(ByteBuffer answer, long cookie, int error) {
        assertThat(answer.getInt()).isEqualTo(NbdLayout.SIMPLE_REPLY_MAGIC);
        assertThat(answer.getInt()).isEqualTo(error);
        assertThat(answer.getLong()).isEqualTo(cookie);
    }

    @Test
    void nothingIsSaidBeforeARequestAndRepliesAreSimple() {
        connection.start();
        assertThat(output.size()).isZero();
        byte[] data = {1, 2, 3, 4};
        expect(ask(new NbdBytes().request(NbdLayout.CMD_WRITE, 0, 5, 8, 4).bytes(data)), 5, 0);
        ByteBuffer answer = ask(new NbdBytes().request(NbdLayout.CMD_READ, 0, 6, 8, 4));
        expect(answer, 6, 0);
        assertThat(NbdHarness.text(answer)).isEqualTo(data);
    }

    @Test
    void endedSessionAnswersWithAnError() {
        volume.nextStatus = ErrorCode.SESSION_DROPPED;
        expect(
                ask(new NbdBytes().request(NbdLayout.CMD_FLUSH, 0, 7, 0, 0)),
                7,
                NbdErrors.ESHUTDOWN);
        assertThat(isClosed).isFalse();
    }

    @Test
    void idleConnectionHasNoDeadlineOfAHandshake() {
        connection.onTurnEnd(1);
        connection.onTurnEnd(Long.MAX_VALUE / 2);
        assertThat(isClosed).isFalse();
    }

    @Test
    void readOnlyVolumeOffersNoChanges() {
        int both = NbdConnection.transmissionFlags(false) & NbdConnection.transmissionFlags(true);
        assertThat(both & NbdLayout.FLAG_SEND_TRIM).isZero();
        assertThat(NbdConnection.transmissionFlags(true) & NbdLayout.FLAG_READ_ONLY).isNotZero();
        assertThat(NbdConnection.transmissionFlags(false) & NbdLayout.FLAG_SEND_FLUSH).isNotZero();
    }
}
