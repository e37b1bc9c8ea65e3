package io.xsan.server.demo.nbd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.xsan.base.Check;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Replies that come at the worst moment, from a server that is played by the test. */
@Timeout(60)
class NbdClientTest {
    private static final int MANY_BYTES = 16 << 20;
    private static final int REQUEST_BYTES = 28;
    private static final int EIO = 5;

    @TempDir Path directory;
    private ServerSocketChannel listening;
    private SocketChannel server;
    private NbdClient client;
    private volatile @Nullable CompletableFuture<Void> written;

    @BeforeEach
    void connect() throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("nbd"));
        listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
        CompletableFuture<NbdClient> connecting = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        connecting.complete(NbdClient.connect(address, "v", 30_000));
                    } catch (Exception e) {
                        connecting.completeExceptionally(e);
                    }
                });
        server = listening.accept();
        greet();
        client = connecting.get();
    }

    @AfterEach
    void close() throws Exception {
        client.abandon();
        server.close();
        listening.close();
    }

    private void greet() throws Exception {
        ByteBuffer greeting = ByteBuffer.allocate(18);
        put(greeting.putLong(0x4e42444d41474943L).putLong(0x49484156454f5054L).putShort((short) 3));
        take(4 + 16 + 4 + 1 + 2);
        ByteBuffer answers = ByteBuffer.allocate(52);
        answers.putLong(0x3e889045565a9L).putInt(7).putInt(3).putInt(12);
        answers.putShort((short) 0).putLong(MANY_BYTES).putShort((short) 1);
        put(answers.putLong(0x3e889045565a9L).putInt(7).putInt(1).putInt(0));
    }

    private void put(ByteBuffer bytes) throws Exception {
        bytes.flip();
        while (bytes.hasRemaining()) {
            server.write(bytes);
        }
    }

    private ByteBuffer take(int length) throws Exception {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        NbdGreeting.readFully(server, bytes);
        return bytes.flip();
    }

    private void answer(ByteBuffer request, int error) throws Exception {
        ByteBuffer reply = ByteBuffer.allocate(16).putInt(0x67446698).putInt(error);
        put(reply.putLong(request.getLong(8)));
    }

    /** More than the socket takes, so that the reply is there before the write call returns. */
    private Thread startWriting() {
        ByteBuffer data = ByteBuffer.allocate(MANY_BYTES);
        return Thread.ofVirtual().start(() -> written = client.write(0, data));
    }

    private CompletableFuture<Void> written(Thread writing) throws Exception {
        writing.join();
        return Check.present(written, "a write");
    }

    @Test
    void writeAnsweredBeforeItsBufferIsSeenToLeaveIsAnswered() throws Exception {
        Thread writing = startWriting();
        answer(take(REQUEST_BYTES), 0);
        // What follows must not be taken for data of the first.
        TimeUnit.MILLISECONDS.sleep(200);
        take(MANY_BYTES);
        written(writing).get();

        CompletableFuture<Void> flushed = client.flush();
        answer(take(REQUEST_BYTES), 0);
        flushed.get();
    }

    @Test
    void writeRefusedWhileItIsSentFailsAlone() throws Exception {
        Thread writing = startWriting();
        answer(take(REQUEST_BYTES), EIO);
        take(MANY_BYTES);
        CompletableFuture<Void> write = written(writing);
        assertThrows(ExecutionException.class, write::get);

        ByteBuffer target = ByteBuffer.allocate(4);
        CompletableFuture<Void> read = client.read(0, target);
        answer(take(REQUEST_BYTES), 0);
        put(ByteBuffer.allocate(4).putInt(77));
        read.get();
        assertEquals(77, target.getInt(0));
    }
}
