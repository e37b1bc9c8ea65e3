package io.xsan.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.ClusterId;
import io.xsan.base.ErrorCode;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FrameChannelTest {
    private static final LinkLimits LIMITS = new LinkLimits(2, 100, 10, 50);

    private final BufferPool pool = new BufferPool(new PoolConfig(0, 4, 0, 0, 4 << 20));
    private final Side dialing = new Side(LinkState.dialing(self(1), LIMITS, 2));
    private final Side accepting = new Side(LinkState.accepting(self(2), LIMITS, 1));

    private static LinkState.Self self(int node) {
        return new LinkState.Self(new ClusterId(1, 2), node, node);
    }

    @AfterEach
    void everyBufferIsBack() {
        dialing.channel.onClosed();
        accepting.channel.onClosed();
        pool.close();
    }

    /** One end, with what it sent and saw. */
    private final class Side implements FrameChannel.Wire, FrameChannel.Handler {
        final FrameChannel channel;
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final List<String> events = new ArrayList<>();
        final List<FrameHeader> requests = new ArrayList<>();
        FrameFault verdict = FrameFault.NONE;
        boolean isAborted;

        Side(LinkState link) {
            channel = new FrameChannel(link, pool, this, this);
        }

        @Override
        public void write(ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            out.writeBytes(copy);
        }

        @Override
        public void write(PageBuffer buffer, int offsetBytes, int lengthBytes) {
            byte[] copy = new byte[lengthBytes];
            buffer.bytes().clear().get(offsetBytes, copy);
            out.writeBytes(copy);
        }

        @Override
        public void abort() {
            isAborted = true;
        }

        @Override
        public void onUp(FrameChannel up) {
            events.add("up");
        }

        @Override
        public FrameFault onHeader(FrameHeader header) {
            return verdict;
        }

        @Override
        public void onFrame(FrameHeader header, @Nullable PageBuffer body) {
            events.add(header.kind + " " + header.requestId);
            requests.add(new FrameHeader().copyOf(header));
        }

        @Override
        public void onDown(FrameFault fault) {
            events.add("down " + fault);
        }

        boolean deliverTo(Side other) {
            byte[] bytes = out.toByteArray();
            out.reset();
            return other.channel.onBytes(ByteBuffer.wrap(bytes));
        }

        void send(FrameKind kind, long id) {
            FrameHeader header = FrameSamples.header(kind);
            header.requestId = id;
            header.lengthBytes = 4096;
            PageBuffer body = null;
            if (kind.body() == FrameKind.Body.DATA) {
                body = FrameSamples.data(pool, 8192, id);
            }
            channel.send(header, body, 4096);
            if (body != null) {
                body.release();
            }
        }

        void answer(int request) {
            channel.send(requests.get(request).toAnswer(ErrorCode.OK), null, 0);
        }
    }

    private void greet() {
        dialing.channel.start();
        accepting.channel.start();
        dialing.deliverTo(accepting);
        accepting.deliverTo(dialing);
        assertThat(dialing.events).containsExactly("up");
        assertThat(accepting.events).containsExactly("up");
        dialing.events.clear();
        accepting.events.clear();
    }

    @Test
    void framesGoBothWays() {
        greet();
        dialing.send(FrameKind.WRITE, 1);
        accepting.send(FrameKind.OPEN, 2);
        dialing.deliverTo(accepting);
        accepting.deliverTo(dialing);
        assertThat(accepting.events).containsExactly("WRITE 1");
        assertThat(dialing.events).containsExactly("OPEN 2");
    }

    @Test
    void requestsWithoutCreditWaitInOrderAndAnswersOvertakeThem() {
        greet();
        for (int id = 1; id <= 4; id++) {
            dialing.send(FrameKind.WRITE, id);
        }
        accepting.send(FrameKind.OPEN, 9);
        accepting.deliverTo(dialing);
        dialing.answer(0);
        assertThat(dialing.channel.waitingRequests()).isEqualTo(2);
        assertThat(dialing.channel.canSend(FrameKind.OPEN)).isFalse();
        dialing.deliverTo(accepting);
        assertThat(accepting.events).containsExactly("WRITE 1", "WRITE 2", "OPENED 9");
        accepting.events.clear();
        accepting.answer(0);
        accepting.answer(1);
        accepting.deliverTo(dialing);
        dialing.deliverTo(accepting);
        assertThat(accepting.events).containsExactly("WRITE 3", "WRITE 4");
    }

    @Test
    void frameForALinkThatIsNotUpIsDropped() {
        dialing.send(FrameKind.WRITE, 1);
        assertThat(dialing.out.size()).isZero();
        assertThat(pool.lentCount()).isZero();
    }

    @Test
    void closingReleasesWhatWaitsAndIsToldOnce() {
        greet();
        for (int id = 1; id <= 4; id++) {
            dialing.send(FrameKind.WRITE, id);
        }
        assertThat(pool.lentCount()).isEqualTo(2);
        dialing.channel.onClosed();
        dialing.channel.onClosed();
        assertThat(pool.lentCount()).isZero();
        assertThat(dialing.events).containsExactly("down NONE");
        dialing.send(FrameKind.WRITE, 5);
        assertThat(pool.lentCount()).isZero();
    }

    @Test
    void faultAbortsTheConnection() {
        greet();
        accepting.verdict = FrameFault.WRONG_STATE;
        dialing.send(FrameKind.WRITE, 1);
        assertThat(dialing.deliverTo(accepting)).isFalse();
        assertThat(accepting.isAborted).isTrue();
        assertThat(accepting.channel.onBytes(ByteBuffer.allocate(10))).isFalse();
        accepting.channel.onClosed();
        assertThat(accepting.events).containsExactly("down WRONG_STATE");
    }

    @Test
    void silentPeerIsAskedAndThenAborted() {
        greet();
        dialing.channel.onTick(0);
        dialing.channel.onTick(10);
        assertThat(dialing.out.size()).isEqualTo(FrameLayout.HEADER_BYTES);
        dialing.deliverTo(accepting);
        accepting.deliverTo(dialing);
        dialing.channel.onTick(20);
        dialing.channel.onTick(69);
        assertThat(dialing.isAborted).isFalse();
        dialing.channel.onTick(70);
        assertThat(dialing.isAborted).isTrue();
    }

    @Test
    void emptyPoolStopsReading() {
        greet();
        dialing.send(FrameKind.WRITE, 1);
        List<PageBuffer> all = new ArrayList<>();
        for (PageBuffer b = pool.take(4096); b != null; b = pool.take(4096)) {
            all.add(b);
        }
        ByteBuffer bytes = ByteBuffer.wrap(dialing.out.toByteArray());
        assertThat(accepting.channel.onBytes(bytes)).isFalse();
        assertThat(bytes.remaining()).isEqualTo(4096);
        all.forEach(PageBuffer::release);
        assertThat(accepting.channel.onBytes(bytes)).isTrue();
        assertThat(accepting.events).containsExactly("WRITE 1");
    }
}
