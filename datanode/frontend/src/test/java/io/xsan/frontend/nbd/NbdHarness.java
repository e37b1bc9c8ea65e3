package io.xsan.frontend.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.engine.VolumeSession;
import io.xsan.frontend.FakeVolume;
import io.xsan.frontend.nbd.NbdConfig.Tls;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A client, a socket and volumes around one connection. */
final class NbdHarness implements NbdSink, NbdExports, AutoCloseable {
    final Map<String, FakeVolume> volumes = new LinkedHashMap<>();
    final List<VolumeSession.Listener> listeners = new ArrayList<>();
    final BufferPool pool;
    final NbdConnection connection;
    boolean isClosed;
    boolean isAborted;
    int tlsUpgrades;
    int resumes;
    boolean opensLater;
    boolean isReadOnlyExport;
    ErrorCode openStatus = ErrorCode.OK;

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final Random random;
    private final int pieceBytesMax;
    private ByteBuffer rest = ByteBuffer.allocate(0);
    private boolean isReading = true;
    private ByteBuffer replies = ByteBuffer.allocate(0);
    private long nowNanos;

    NbdHarness(NbdConfig config, PoolConfig buffers, int pieceBytesMax, long seed) {
        this.pool = new BufferPool(buffers);
        this.pieceBytesMax = pieceBytesMax;
        this.random = new Random(seed);
        volumes.put("vol", new FakeVolume(1 << 20));
        connection = new NbdConnection(config, this, this, pool);
        connection.start();
    }

    static NbdHarness of(Tls tls) {
        return new NbdHarness(NbdConfig.of(tls), new PoolConfig(4, 16, 4, 0, 4 << 20), 1 << 20, 1);
    }

    static NbdHarness plain() {
        return of(Tls.OFF);
    }

    FakeVolume volume() {
        return Check.present(volumes.get("vol"), "the volume exists");
    }

    // The socket.

    @Override
    public void write(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        output.writeBytes(copy);
    }

    @Override
    public void write(PageBuffer buffer, int offsetBytes, int lengthBytes) {
        byte[] copy = new byte[lengthBytes];
        buffer.bytes().clear().get(offsetBytes, copy);
        output.writeBytes(copy);
    }

    @Override
    public void resumeReading() {
        resumes++;
        isReading = true;
    }

    @Override
    public void startTls() {
        tlsUpgrades++;
    }

    @Override
    public void close() {
        isClosed = true;
    }

    @Override
    public void abort() {
        isAborted = true;
    }

    /** Ends the test: the connection goes, every buffer must be back. */
    void end() {
        connection.onClosed();
        volumes.values()
                .forEach(volume -> {
                    while (!volume.held.isEmpty()) {
                        volume.release();
                    }
                });
        assertThat(connection.requestsInFlight()).isZero();
        pool.close();
    }

    // The volumes.

    @Override
    public List<String> names() {
        return List.copyOf(volumes.keySet());
    }

    @Override
    public @Nullable Export find(String name) {
        FakeVolume volume = volumes.get(name.isEmpty() ? "vol" : name);
        return volume == null
                ? null
                : new Export(name, "about " + name, volume.sizeBytes, 4096, isReadOnlyExport);
    }

    @Override
    public void open(String name, VolumeSession.Listener listener) {
        listeners.add(listener);
        if (!opensLater) {
            answerOpen();
        }
    }

    void answerOpen() {
        VolumeSession.Listener listener = listeners.getLast();
        if (openStatus == ErrorCode.OK) {
            listener.onReady(volume());
        } else {
            listener.onDropped(openStatus);
        }
    }

    // The client.

    /** Sends bytes in pieces, then lets turns pass until nothing moves. */
    NbdHarness send(byte[] bytes) {
        ByteBuffer all = ByteBuffer.allocate(rest.remaining() + bytes.length);
        rest = all.put(rest).put(bytes).flip();
        turns();
        return this;
    }

    NbdHarness send(NbdBytes bytes) {
        return send(bytes.toArray());
    }

    void turns() {
        boolean hasMoved = true;
        while (hasMoved) {
            hasMoved = feed();
            connection.onTurnEnd(nowNanos);
            hasMoved |= isReading && rest.hasRemaining();
        }
    }

    private boolean feed() {
        int before = rest.remaining();
        while (isReading && rest.hasRemaining()) {
            int count = Math.min(rest.remaining(), 1 + random.nextInt(pieceBytesMax));
            ByteBuffer piece = rest.slice(rest.position(), count);
            isReading = connection.onBytes(piece);
            assertThat(isReading && piece.hasRemaining()).isFalse();
            rest.position(rest.position() + piece.position());
        }
        return rest.remaining() != before;
    }

    void pass(long nanos) {
        nowNanos += nanos;
        connection.onTurnEnd(nowNanos);
    }

    int unreadBytes() {
        return rest.remaining();
    }

    /** What the connection sent and was not looked at yet. */
    ByteBuffer replies() {
        byte[] fresh = output.toByteArray();
        output.reset();
        ByteBuffer all = ByteBuffer.allocate(replies.remaining() + fresh.length);
        replies = all.put(replies).put(fresh).flip();
        return replies;
    }

    void expectNothing() {
        assertThat(replies().remaining()).isZero();
    }

    // Handshake shortcuts.

    NbdHarness greet() {
        assertThat(replies().getLong()).isEqualTo(NbdLayout.GREETING_MAGIC);
        assertThat(replies().getLong()).isEqualTo(NbdLayout.OPTION_MAGIC);
        assertThat(replies().getShort()).isEqualTo((short) 3);
        return send(new NbdBytes().i32(3));
    }

    NbdHarness option(int option, byte[] data) {
        return send(new NbdBytes().option(option, data));
    }

    NbdHarness option(int option, NbdBytes data) {
        return option(option, data.toArray());
    }

    NbdHarness option(int option) {
        return option(option, new byte[0]);
    }

    /** Reads one option reply and returns its data. */
    ByteBuffer reply(int option, int type) {
        ByteBuffer bytes = replies();
        assertThat(bytes.getLong()).isEqualTo(NbdLayout.OPTION_REPLY_MAGIC);
        assertThat(bytes.getInt()).isEqualTo(option);
        assertThat(Integer.toHexString(bytes.getInt())).isEqualTo(Integer.toHexString(type));
        int length = bytes.getInt();
        ByteBuffer data = bytes.slice(bytes.position(), length);
        bytes.position(bytes.position() + length);
        return data;
    }

    NbdHarness acknowledged(int option) {
        assertThat(reply(option, NbdLayout.REP_ACK).remaining()).isZero();
        return this;
    }

    NbdHarness refused(int option, int type) {
        reply(option, type);
        expectNothing();
        return this;
    }

    static NbdBytes goData(String name, int... items) {
        NbdBytes data = new NbdBytes().name(name).i16(items.length);
        for (int item : items) {
            data.i16(item);
        }
        return data;
    }

    /**
     * Goes on to the requests: "simple", "structured" or "extended", with block status but for
     * simple.
     */
    NbdHarness go(String mode) {
        greet();
        if (!mode.equals("simple")) {
            int option =
                    mode.equals("extended")
                            ? NbdLayout.OPT_EXTENDED_HEADERS
                            : NbdLayout.OPT_STRUCTURED_REPLY;
            option(option).acknowledged(option);
            NbdBytes query = new NbdBytes().name("vol").i32(1).name(NbdLayout.ALLOCATION_CONTEXT);
            option(NbdLayout.OPT_SET_META_CONTEXT, query);
            reply(NbdLayout.OPT_SET_META_CONTEXT, NbdLayout.REP_META_CONTEXT);
            acknowledged(NbdLayout.OPT_SET_META_CONTEXT);
        }
        option(NbdLayout.OPT_GO, goData("vol"));
        reply(NbdLayout.OPT_GO, NbdLayout.REP_INFO);
        acknowledged(NbdLayout.OPT_GO);
        expectNothing();
        return this;
    }

    static byte[] text(ByteBuffer data) {
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        return bytes;
    }

    static String string(ByteBuffer data) {
        return new String(text(data), StandardCharsets.UTF_8);
    }
}
