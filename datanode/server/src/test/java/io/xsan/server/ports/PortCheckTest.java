package io.xsan.server.ports;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xsan.base.ClusterId;
import io.xsan.base.Refusal;
import io.xsan.server.config.DatanodeConfig;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

class PortCheckTest {
    private final String host = "127.40.77." + ThreadLocalRandom.current().nextInt(1, 255);
    private final int base = ThreadLocalRandom.current().nextInt(20_000, 30_000);

    private DatanodeConfig.Cluster cluster(String bindIp) {
        return new DatanodeConfig.Cluster(
                new ClusterId(1, 1),
                1,
                bindIp,
                base,
                Path.of("data"),
                "domain",
                Duration.ofMinutes(10),
                15);
    }

    @Test
    void everyPortThatIsTakenIsToldWithItsUseAndItsHolder() throws Exception {
        assertThatCode(() -> PortCheck.refuseIfTaken(cluster(host))).doesNotThrowAnyException();
        for (DatanodeConfig.Port port : DatanodeConfig.Port.values()) {
            InetSocketAddress address =
                    new InetSocketAddress(InetAddress.getByName(host), base + port.offset());
            boolean isUdp = port == DatanodeConfig.Port.HEARTBEAT;
            try (AutoCloseable _ = isUdp ? new DatagramSocket(address) : listening(address)) {
                assertThatThrownBy(() -> PortCheck.refuseIfTaken(cluster(host)))
                        .isInstanceOf(Refusal.class)
                        .hasMessageContaining(String.valueOf(address.getPort()))
                        .hasMessageContaining("(" + port.name().toLowerCase(java.util.Locale.ROOT))
                        .hasMessageContaining(host)
                        .hasMessageContaining("pid " + ProcessHandle.current().pid() + " (")
                        .hasMessageContaining("cluster.bind_port");
            }
        }
        assertThatCode(() -> PortCheck.refuseIfTaken(cluster(host))).doesNotThrowAnyException();
    }

    private static ServerSocket listening(InetSocketAddress address) throws Exception {
        ServerSocket socket = new ServerSocket();
        socket.bind(address);
        return socket;
    }

    @Test
    void aHolderOfAllAddressesIsFoundToo() throws Exception {
        try (ServerSocket _ = listening(new InetSocketAddress(base))) {
            assertThatThrownBy(() -> PortCheck.refuseIfTaken(cluster(host)))
                    .hasMessageContaining("pid " + ProcessHandle.current().pid() + " (");
        }
    }

    @Test
    void anAddressThatIsNotOfThisHostIsToldAsThat() {
        assertThatThrownBy(() -> PortCheck.refuseIfTaken(cluster("192.0.2.1")))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("192.0.2.1")
                .hasMessageContaining("cluster.bind_ip must be an address of this host");
    }
}
