package io.xsan.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.xsan.base.Check;
import io.xsan.base.ClusterId;
import io.xsan.base.InvariantViolation;
import io.xsan.base.log.Log;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.Crc32c;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.protocol.FrameFault;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameKind;
import io.xsan.protocol.FrameLayout;
import io.xsan.protocol.FrameWriter;
import io.xsan.protocol.LinkLimits;
import io.xsan.protocol.LinkState;
import io.xsan.server.traffic.TrafficCounter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An accepted connection whose memory for bodies runs out. */
class PeerChannelTest implements PeerChannel.Owner {
    private static final ClusterId CLUSTER = new ClusterId(11, 12);
    private static final int PAGE_BYTES = 4096;

    private final BufferPool pool = new BufferPool(new PoolConfig(0, 1, 0, 0, 4 << 20));
    private final BufferPool sendersPool = new BufferPool(new PoolConfig(0, 1, 0, 0, 4 << 20));
    private final TrafficCounter counter = new TrafficCounter();
    private final LinkState sender =
            LinkState.dialing(new LinkState.Self(CLUSTER, 1, 7), LinkLimits.DEFAULT, 2);
    private final PeerChannel peer = new PeerChannel(this, pool, Log.NONE, false);
    private final EmbeddedChannel channel = new EmbeddedChannel(peer);
    private final List<Long> received = new ArrayList<>();
    private @Nullable String downReason;

    @BeforeEach
    void greet() {
        channel.writeInbound(frame(sender.hello(), null));
        ByteBuf welcome = channel.readOutbound();
        welcome.release();
        FrameHeader answer = new FrameHeader();
        answer.kind = FrameKind.LINK_WELCOME;
        answer.clusterHigh = CLUSTER.high();
        answer.clusterLow = CLUSTER.low();
        answer.sourceNode = 2;
        answer.targetNode = 1;
        answer.credits = 100;
        answer.aux = FrameLayout.VERSION;
        assertThat(sender.onHeader(answer)).isEqualTo(FrameFault.NONE);
        sender.onFrame(answer);
        assertThat(peer.isUp()).isTrue();
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
        pool.close();
        sendersPool.close();
    }

    @Test
    void whatArrivesWithoutMemoryIsReadInOrderOnceThereIsSome() {
        PageBuffer taken = Check.present(pool.take(PAGE_BYTES), "the only buffer");
        for (int i = 1; i <= 3; i++) {
            ByteBuf frame = write(i);
            channel.writeInbound(frame.readRetainedSlice(300), frame);
        }
        assertThat(received).isEmpty();
        assertThat(channel.config().isAutoRead()).isFalse();
        peer.retry();
        assertThat(received).isEmpty();

        taken.release();
        peer.retry();
        assertThat(received).containsExactly(1L, 2L, 3L);
        assertThat(channel.config().isAutoRead()).isTrue();
        assertThat(downReason).isNull();
    }

    @Test
    void aConnectionThatEndsGivesBackWhatWaited() {
        PageBuffer taken = Check.present(pool.take(PAGE_BYTES), "the only buffer");
        ByteBuf first = write(1);
        ByteBuf second = write(2);
        channel.writeInbound(first, second);
        peer.down("over");
        assertThat(first.refCnt() + second.refCnt()).isZero();
        peer.retry();
        taken.release();
        assertThat(received).isEmpty();
    }

    private ByteBuf write(long requestId) {
        PageBuffer body = Check.present(sendersPool.take(PAGE_BYTES), "a body");
        new Crc32c().stamp(body, 0, 1);
        FrameHeader header = new FrameHeader();
        header.kind = FrameKind.WRITE;
        header.requestId = requestId;
        header.lengthBytes = PAGE_BYTES;
        sender.onSend(header);
        ByteBuf bytes = frame(header, body);
        body.release();
        return bytes;
    }

    private static ByteBuf frame(FrameHeader header, @Nullable PageBuffer body) {
        ByteBuffer prefix =
                ByteBuffer.allocate(FrameLayout.PREFIX_BYTES_MAX).order(ByteOrder.LITTLE_ENDIAN);
        int bytes = new FrameWriter().write(header, body, 0, prefix, 0);
        ByteBuf frame = Unpooled.buffer().writeBytes(prefix.clear().limit(bytes));
        return body == null
                ? frame
                : frame.writeBytes(body.bytes().duplicate().clear().limit(header.lengthBytes));
    }

    @Override
    public TrafficCounter counter() {
        return counter;
    }

    @Override
    public LinkState stateFor(PeerChannel channel, Optional<PeerIdentity> identity) {
        return LinkState.accepting(new LinkState.Self(CLUSTER, 2, 8), LinkLimits.DEFAULT, 1);
    }

    @Override
    public void onUp(PeerChannel channel) {}

    @Override
    public FrameFault onHeader(PeerChannel channel, FrameHeader header) {
        return FrameFault.NONE;
    }

    @Override
    public void onFrame(PeerChannel channel, FrameHeader header, @Nullable PageBuffer body) {
        received.add(header.requestId);
    }

    @Override
    public void onBug(InvariantViolation bug) {
        throw bug;
    }

    @Override
    public void onDown(PeerChannel channel, String reason) {
        downReason = reason;
    }
}
