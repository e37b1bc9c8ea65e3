package io.xsan.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Any bytes of somebody without the secret end a connection or wait for more, and prove nothing.
 */
class DataGreetingFuzzTest {
    private static final DataTicket TICKET = new DataTicket(new byte[16], new byte[32]);
    private static final PeerIdentity PEER =
            new PeerIdentity("6f1c1b9e-0f5e-4c0e-9d5b-3a3a4a4a4a4a", "node", 1);

    @FuzzTest(maxDuration = "30s")
    void anyBytesProveNothing(byte[] input) {
        feed(accepting(), input);
        feed(accepting(), withMac(input));
        feed(new EmbeddedChannel(DataGreeting.dial(TICKET, PEER), new NothingProven()), input);
    }

    private static EmbeddedChannel accepting() {
        return new EmbeddedChannel(
                DataGreeting.accept(
                        ChannelInboundHandlerAdapter::new,
                        _ -> Optional.of(new DataGreeting.Given(TICKET, PEER))),
                new NothingProven());
    }

    /** A greeting with everything right but the proof. */
    private static byte[] withMac(byte[] mac) {
        byte[] greeting = TICKET.greeting(new byte[DataGreetingLayout.NONCE_BYTES]);
        byte[] forged = Arrays.copyOf(mac, DataGreetingLayout.MAC_BYTES);
        System.arraycopy(forged, 0, greeting, DataGreetingLayout.DIAL_MAC_OFFSET, forged.length);
        return greeting;
    }

    /** In two pieces, of which the first may end the connection. */
    private static void feed(EmbeddedChannel channel, byte[] bytes) {
        int half = bytes.length / 2;
        for (byte[] piece :
                List.of(
                        Arrays.copyOf(bytes, half),
                        Arrays.copyOfRange(bytes, half, bytes.length))) {
            if (channel.isOpen()) {
                boolean _ = channel.writeInbound(Unpooled.wrappedBuffer(piece));
            }
        }
        boolean _ = channel.finishAndReleaseAll();
    }

    private static final class NothingProven extends ChannelInboundHandlerAdapter {
        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            assertThat(event).isNotInstanceOf(DataGreeting.Proven.class);
        }
    }
}
