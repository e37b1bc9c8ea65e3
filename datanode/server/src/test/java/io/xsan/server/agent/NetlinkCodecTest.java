package io.xsan.server.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.server.agent.NetlinkCodec.Message;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The messages to and from the kernel, byte by byte as a little-endian machine has them. */
class NetlinkCodecTest {
    private static final int FAMILY = 0x22;
    private static final KernelNbd.Setup SETUP =
            new KernelNbd.Setup(0x1_0000_0000L, 4096, 0x6d, "xsan-7", 600);

    private static String hex(String spaced) {
        return spaced.replaceAll("\\s", "");
    }

    private static String sent(int command, NetlinkAttributes attributes) {
        ByteBuffer request = NetlinkCodec.request(FAMILY, command, 9, attributes);
        assertThat(request.isDirect()).isTrue();
        byte[] bytes = new byte[request.remaining()];
        request.get(bytes);
        String text = HexFormat.of().formatHex(bytes);
        return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? text : "";
    }

    private static ByteBuffer received(String spaced) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex(spaced)));
    }

    @Test
    void connectNamesSizeFlagsSocketTimesAndBackend() {
        assertThat(sent(KernelNbd.CONNECT, KernelNbd.connecting(SETUP, 0x11)))
                .isEqualTo(
                        hex(
                                """
                                6c000000 2200 0500 09000000 00000000 01 01 0000
                                0c00 0200 0000000001000000
                                0c00 0300 0010000000000000
                                0c00 0400 0000000000000000
                                0c00 0500 6d00000000000000
                                1000 0780 0c00 0180 0800 0100 11000000
                                0c00 0800 5802000000000000
                                0b00 0a00 7873616e2d3700 00
                                """));
    }

    @Test
    void reconnectRepeatsTheBackend() {
        assertThat(sent(KernelNbd.RECONFIGURE, KernelNbd.reconnecting(3, "xsan-7", 0x12)))
                .isEqualTo(
                        hex(
                                """
                                38000000 2200 0500 09000000 00000000 03 01 0000
                                0800 0100 03000000
                                0b00 0a00 7873616e2d3700 00
                                1000 0780 0c00 0180 0800 0100 12000000
                                """));
    }

    @Test
    void resizeNamesTheNewSizeInBytes() {
        assertThat(sent(KernelNbd.RECONFIGURE, KernelNbd.resizing(3, "xsan-7", 0x2000_0000L)))
                .isEqualTo(
                        hex(
                                """
                                34000000 2200 0500 09000000 00000000 03 01 0000
                                0800 0100 03000000
                                0b00 0a00 7873616e2d3700 00
                                0c00 0200 0000002000000000
                                """));
    }

    @Test
    void answerAndAcknowledgementOfOneDatagramAreTold() {
        List<Message> messages =
                NetlinkCodec.read(
                        received(
                                """
                                1c000000 2200 0000 09000000 00000000 01 00 0000 0800 0100 05000000
                                24000000 0200 0000 09000000 00000000 e4ffffff
                                70000000 2200 0500 09000000 00000000
                                """));
        assertThat(messages).hasSize(2);
        assertThat(messages.get(0).isEnd()).isFalse();
        var attribute = NetlinkAttributes.read(messages.get(0).attributes()).getFirst();
        assertThat(attribute.type()).isOne();
        assertThat(attribute.value().getInt(0)).isEqualTo(5);
        assertThat(messages.get(1)).matches(Message::isEnd).matches(m -> m.errno() == 28);
    }

    @Test
    void deathOfASocketIsThatOfOneDevice() {
        List<Message> events =
                NetlinkCodec.read(
                        received(
                                "1c000000 2200 0000 00000000 00000000 04 00 0000 0800 0100 02000000"));
        assertThat(KernelNbd.isDeath(events, 2)).isTrue();
        assertThat(KernelNbd.isDeath(events, 3)).isFalse();
    }

    @Test
    void damagedLengthsEndTheReading() {
        assertThat(NetlinkCodec.read(received("ff000000 2200 0000 00000000 00000000 04000000")))
                .isEmpty();
        assertThat(NetlinkCodec.read(received("0f000000 2200 0000 00000000 00000000 04000000")))
                .isEmpty();
        assertThat(NetlinkAttributes.read(received("0900 0100 05000000"))).isEmpty();
        assertThat(NetlinkAttributes.read(received("0300 0100 05000000"))).isEmpty();
        assertThat(NetlinkAttributes.read(received("0800 0100 05000000 0000"))).hasSize(1);
    }
}
