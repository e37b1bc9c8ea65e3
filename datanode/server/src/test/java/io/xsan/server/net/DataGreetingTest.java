package io.xsan.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The greeting of connections in clear: its bytes, and what is refused. */
class DataGreetingTest {
    private static final PeerIdentity NODE_1 =
            new PeerIdentity("6f1c1b9e-0f5e-4c0e-9d5b-3a3a4a4a4a4a", "node", 1);
    private static final PeerIdentity NODE_2 =
            new PeerIdentity("6f1c1b9e-0f5e-4c0e-9d5b-3a3a4a4a4a4a", "node", 2);
    private static final DataTicket TICKET = new DataTicket(numbers(0, 16), numbers(100, 32));

    /** Who is at the other end, as the next handler hears it. */
    private final List<PeerIdentity> proven = new ArrayList<>();

    private final List<byte[]> frames = new ArrayList<>();
    private final Map<String, DataGreeting.Given> given = new HashMap<>();

    private static byte[] numbers(int first, int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (first + i);
        }
        return bytes;
    }

    private static byte[] golden() throws IOException {
        try (InputStream in =
                DataGreetingTest.class.getResourceAsStream("/golden/v1/data-greeting.bin")) {
            return in == null ? new byte[0] : in.readAllBytes();
        }
    }

    private final class Next extends ChannelInboundHandlerAdapter {
        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof DataGreeting.Proven(PeerIdentity identity)) {
                proven.add(identity);
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            byte[] copy = new byte[bytes.readableBytes()];
            bytes.readBytes(copy);
            bytes.release();
            frames.add(copy);
        }
    }

    private EmbeddedChannel accepting() {
        return new EmbeddedChannel(
                DataGreeting.accept(
                        () -> new ChannelInboundHandlerAdapter(),
                        name -> Optional.ofNullable(given.remove(name))),
                new Next());
    }

    private EmbeddedChannel dialing() {
        return new EmbeddedChannel(DataGreeting.dial(TICKET, NODE_2), new Next());
    }

    private void give() {
        given.put(TICKET.name(), new DataGreeting.Given(TICKET, NODE_1));
    }

    private static byte[] outbound(EmbeddedChannel channel) {
        ByteBuf written = channel.readOutbound();
        byte[] bytes = new byte[written == null ? 0 : written.readableBytes()];
        if (written != null) {
            written.readBytes(bytes);
            written.release();
        }
        return bytes;
    }

    private static void feed(EmbeddedChannel channel, byte[] bytes) {
        boolean _ = channel.writeInbound(Unpooled.wrappedBuffer(bytes));
    }

    @Test
    void greetingAndAnswerAreThoseOfTheGoldenFile() throws Exception {
        byte[] greeting = Arrays.copyOf(golden(), DataGreetingLayout.DIAL_BYTES);
        byte[] answer = Arrays.copyOfRange(golden(), DataGreetingLayout.DIAL_BYTES, 112);
        assertThat(TICKET.greeting(numbers(32, 16))).isEqualTo(greeting);
        assertThat(TICKET.proves(greeting)).isTrue();
        assertThat(TICKET.answer(greeting)).isEqualTo(answer);
        assertThat(TICKET.proves(greeting, answer)).isTrue();
    }

    @Test
    void bothEndsProveThemselvesAndFramesFollow() {
        give();
        EmbeddedChannel dialing = dialing();
        EmbeddedChannel accepting = accepting();
        byte[] greeting = outbound(dialing);
        byte[] frame = {1, 2, 3};
        // In pieces, and with the first frame right behind it.
        feed(accepting, Arrays.copyOf(greeting, 20));
        assertThat(proven).isEmpty();
        byte[] rest = Arrays.copyOfRange(greeting, 20, greeting.length + frame.length);
        System.arraycopy(frame, 0, rest, greeting.length - 20, frame.length);
        feed(accepting, rest);
        assertThat(proven).containsExactly(NODE_1);
        assertThat(frames).containsExactly(frame);
        feed(dialing, outbound(accepting));
        assertThat(proven).containsExactly(NODE_1, NODE_2);
        assertThat(dialing.isOpen()).isTrue();
        assertThat(accepting.isOpen()).isTrue();
    }

    @Test
    void ticketIsGoodForOneConnection() {
        give();
        byte[] greeting = outbound(dialing());
        feed(accepting(), greeting);
        EmbeddedChannel again = accepting();
        feed(again, greeting);
        assertThat(again.isOpen()).isFalse();
        assertThat(outbound(again)).isEmpty();
        assertThat(proven).hasSize(1);
    }

    @Test
    void everyFlippedBitOfAGreetingEndsTheConnection() {
        byte[] greeting = TICKET.greeting(numbers(32, 16));
        for (int bit = 0; bit < greeting.length * 8; bit++) {
            give();
            byte[] forged = greeting.clone();
            forged[bit / 8] ^= (byte) (1 << (bit % 8));
            EmbeddedChannel accepting = accepting();
            feed(accepting, forged);
            assertThat(accepting.isOpen()).as("bit %d", bit).isFalse();
            assertThat(outbound(accepting)).isEmpty();
        }
        assertThat(proven).isEmpty();
    }

    @Test
    void everyFlippedBitOfAnAnswerEndsTheConnection() {
        byte[] answer = new byte[0];
        for (int bit = 0; bit < DataGreetingLayout.ACCEPT_BYTES * 8; bit++) {
            EmbeddedChannel dialing = dialing();
            answer = TICKET.answer(outbound(dialing));
            answer[bit / 8] ^= (byte) (1 << (bit % 8));
            feed(dialing, answer);
            assertThat(dialing.isOpen()).as("bit %d", bit).isFalse();
        }
        assertThat(answer).hasSize(DataGreetingLayout.ACCEPT_BYTES);
        assertThat(proven).isEmpty();
    }

    @Test
    void connectionInTlsIsHandedOn() {
        EmbeddedChannel accepting = accepting();
        byte[] clientHello = {0x16, 3, 1, 0, 5};
        feed(accepting, clientHello);
        assertThat(accepting.pipeline().get("tls")).isNotNull();
        assertThat(frames).containsExactly(clientHello);
        assertThat(proven).isEmpty();
    }
}
