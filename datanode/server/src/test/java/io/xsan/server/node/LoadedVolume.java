package io.xsan.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.Pages;
import io.xsan.protocol.v1.VolumeRef;
import io.xsan.server.config.DatanodeConfig;
import io.xsan.server.demo.nbd.NbdClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongPredicate;

/**
 * Writes pages of an exported volume again and again, over connections that a change of the engine
 * ends, and knows what they hold.
 */
final class LoadedVolume {
    private static final int PAGE_BYTES = 4096;
    private static final int PAGES = 4096;

    /** Size of a volume that all pages fit in. */
    static final long BYTES = (long) PAGES * PAGE_BYTES;

    private final TestCluster cluster;
    private final String name;
    private final Map<Integer, Long> written = new TreeMap<>();
    private final Random random = new Random(7);
    private final int every;
    private final int residue;
    private NbdClient client;

    LoadedVolume(TestCluster cluster, String name) throws Exception {
        this(cluster, name, 1, 0);
    }

    /** Writes only pages whose number leaves {@code residue} when divided by {@code every}. */
    LoadedVolume(TestCluster cluster, String name, int every, int residue) throws Exception {
        this.every = every;
        this.residue = residue;
        this.cluster = cluster;
        this.name = name;
        this.client = connect();
    }

    private NbdClient connect() throws Exception {
        NbdClient[] opened = new NbdClient[1];
        TestCluster.await(
                "a connection to " + name,
                () -> {
                    try {
                        int owner =
                                cluster.admin(1)
                                        .call(s ->
                                                s.getVolume(
                                                        VolumeRef.newBuilder()
                                                                .setName(name)
                                                                .build()))
                                        .getOwner();
                        InetAddress host = InetAddress.getByName(cluster.host(owner));
                        int port = cluster.port + DatanodeConfig.Port.NBD.offset();
                        opened[0] =
                                NbdClient.connect(new InetSocketAddress(host, port), name, 60_000);
                        return true;
                    } catch (IOException e) {
                        return false;
                    }
                });
        return opened[0];
    }

    /** Writes {@code count} pages, each until it is answered. */
    void write(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            int page = random.nextInt(PAGES / every) * every + residue;
            long content = random.nextLong();
            sendUntilAnswered(page, content);
            written.put(page, content);
        }
    }

    private void sendUntilAnswered(int page, long content) throws Exception {
        while (true) {
            try {
                client.write((long) page * PAGE_BYTES, page(content)).get(60, TimeUnit.SECONDS);
                return;
            } catch (ExecutionException | TimeoutException e) {
                client.close();
                client = connect();
            }
        }
    }

    private static ByteBuffer page(long content) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(PAGE_BYTES);
        Random filler = new Random(content);
        while (bytes.hasRemaining()) {
            bytes.putLong(filler.nextLong());
        }
        return bytes.flip();
    }

    /** Reads every page that was written, over a new connection. */
    void verify() throws Exception {
        verify(block -> true);
    }

    /** As {@link #verify()}, where blocks that are not kept have lost all that was written here. */
    void verify(LongPredicate isKept) throws Exception {
        client.close();
        client = connect();
        for (Map.Entry<Integer, Long> entry : written.entrySet()) {
            long offset = (long) entry.getKey() * PAGE_BYTES;
            ByteBuffer read = ByteBuffer.allocateDirect(PAGE_BYTES);
            client.read(offset, read).get(60, TimeUnit.SECONDS);
            read.clear();
            ByteBuffer expected =
                    isKept.test(Pages.blockOf(offset))
                            ? page(entry.getValue())
                            : ByteBuffer.allocate(PAGE_BYTES);
            assertThat(read).as("page " + entry.getKey()).isEqualTo(expected);
        }
    }
}
