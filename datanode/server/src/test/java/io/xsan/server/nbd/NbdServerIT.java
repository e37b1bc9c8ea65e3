package io.xsan.server.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.xsan.base.ClusterId;
import io.xsan.base.ErrorCode;
import io.xsan.base.log.Log;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PoolConfig;
import io.xsan.engine.VolumeSession;
import io.xsan.frontend.nbd.NbdExports;
import io.xsan.server.config.DatanodeConfig;
import io.xsan.server.net.LinkTls;
import io.xsan.server.net.NetworkConfig;
import io.xsan.server.shard.ShardLoop;
import io.xsan.server.shard.SystemClock;
import io.xsan.server.tls.ClusterAuthority;
import io.xsan.server.tls.TlsContexts;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** NBD listeners over real sockets: who gets in, and how. */
class NbdServerIT implements NbdExports {
    private static final int LIST = 3;
    private static final int STARTTLS = 5;
    private static final int ACK = 1;
    private static final int SERVER = 2;
    private static final int TLS_REQUIRED = 0x80000005;

    private static final InetAddress ANY_ADDRESS = new InetSocketAddress(0).getAddress();

    @TempDir Path directory;
    private final BufferPool pool = new BufferPool(new PoolConfig(0, 4, 0, 0, 4 << 20));
    private final ShardLoop loop = new ShardLoop("nbd-test", new SystemClock(), Log.NONE);
    private LinkTls tls;
    private NbdServer server;

    @BeforeEach
    void start() throws Exception {
        String cluster = UUID.randomUUID().toString();
        ClusterAuthority authority = ClusterAuthority.create(directory, cluster);
        authority.issue(directory, "node", "node", 1, "127.0.0.1");
        authority.issue(directory, "agent", "agent", 1, "127.0.0.1");
        tls = links("node");
        server =
                new NbdServer(
                        ClusterId.parse(cluster),
                        loop,
                        pool,
                        this,
                        new NetworkConfig(tls, 8, Log.NONE));
        loop.loop()
                .submit(() -> {
                    loop.atTurnEnd(server::onTurnEnd);
                    loop.atTurnEnd(now -> server.flush());
                })
                .get();
    }

    private LinkTls links(String name) {
        return TlsContexts.links(
                TlsContexts.credentials(
                        new DatanodeConfig.Tls(
                                directory.resolve("ca.crt"),
                                directory.resolve(name + ".crt"),
                                directory.resolve(name + ".key")),
                        Log.NONE),
                false);
    }

    @AfterEach
    void stop() throws Exception {
        loop.loop().submit(server::close).get();
        loop.close();
        pool.close();
    }

    @Override
    public List<String> names() {
        return List.of("vol");
    }

    @Override
    public @Nullable Export find(String name) {
        return new Export(name, "", 1 << 20, 4096, false);
    }

    @Override
    public void open(String name, VolumeSession.Listener listener) {
        listener.onDropped(ErrorCode.VOLUME_NOT_FOUND);
    }

    private static SSLContext jdk(io.netty.handler.ssl.SslContext context) {
        return ((JdkSslContext) context).context();
    }

    @Test
    void clientOfThisHostMayDoWithoutTls() throws Exception {
        try (Client client = client(InetAddress.getLoopbackAddress())) {
            client.option(LIST);
            assertThat(client.reply()).isEqualTo(SERVER);
            assertThat(client.reply()).isEqualTo(ACK);
        }
    }

    @Test
    void clientWithACertificateOfTheClusterGetsIn() throws Exception {
        try (Client client = client(InetAddress.getLoopbackAddress());
                Client secure = client.encrypt(jdk(tls.client()))) {
            secure.option(LIST);
            assertThat(secure.reply()).isEqualTo(SERVER);
            assertThat(secure.reply()).isEqualTo(ACK);
        }
    }

    @Test
    void clientOfAnotherHostNeedsTls() throws Exception {
        try (Client client = client(ANY_ADDRESS)) {
            client.option(LIST);
            assertThat(client.reply()).isEqualTo(TLS_REQUIRED);
            try (Client secure = client.encrypt(jdk(tls.client()))) {
                secure.option(LIST);
                assertThat(secure.reply()).isEqualTo(SERVER);
            }
        }
    }

    @Test
    void clientWithoutACertificateIsRefused() throws Exception {
        SSLContext nobody =
                jdk(
                        SslContextBuilder.forClient()
                                .sslProvider(SslProvider.JDK)
                                .trustManager(directory.resolve("ca.crt").toFile())
                                .build());
        isRefused(nobody);
    }

    @Test
    void agentIsRefusedWhoGetsItsVolumesOtherwise() throws Exception {
        isRefused(jdk(links("agent").client()));
    }

    private void isRefused(SSLContext context) throws Exception {
        try (Client client = client(ANY_ADDRESS);
                Client secure = client.encrypt(context)) {
            assertThatThrownBy(
                            () -> {
                                secure.option(LIST);
                                secure.reply();
                            })
                    .isInstanceOf(IOException.class);
        }
    }

    /** A client that has greeted. */
    private Client client(InetAddress bind) throws Exception {
        InetSocketAddress bound = server.listen(new InetSocketAddress(bind, 0));
        Socket socket = new Socket("127.0.0.1", bound.getPort());
        socket.setSoTimeout(20_000);
        Client client = new Client(socket);
        assertThat(client.in.readNBytes(18)).hasSize(18);
        client.out.writeInt(3);
        return client;
    }

    private static final class Client implements AutoCloseable {
        final Socket socket;
        final DataInputStream in;
        final DataOutputStream out;

        Client(Socket socket) throws IOException {
            this.socket = socket;
            in = new DataInputStream(socket.getInputStream());
            out = new DataOutputStream(socket.getOutputStream());
        }

        void option(int option) throws IOException {
            out.writeLong(0x49484156454f5054L);
            out.writeInt(option);
            out.writeInt(0);
            out.flush();
        }

        /** Type of the next reply; its data are skipped. */
        int reply() throws IOException {
            assertThat(in.readLong()).isEqualTo(0x3e889045565a9L);
            in.readInt();
            int type = in.readInt();
            in.readNBytes(in.readInt());
            return type;
        }

        /** Goes on in TLS, with the certificate of {@code sides}. */
        Client encrypt(SSLContext sides) throws IOException {
            option(STARTTLS);
            assertThat(reply()).isOne();
            SSLSocket secure =
                    (SSLSocket)
                            sides.getSocketFactory()
                                    .createSocket(socket, "127.0.0.1", socket.getPort(), true);
            secure.setUseClientMode(true);
            return new Client(secure);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
