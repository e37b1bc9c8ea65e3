package io.xsan.server.demo.nbd;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;

/** The handshake of a client: fixed newstyle, then the option GO. */
final class NbdGreeting {
    private static final long GREETING_MAGIC = 0x4e42444d41474943L;
    private static final long OPTION_MAGIC = 0x49484156454f5054L;
    private static final long REPLY_MAGIC = 0x3e889045565a9L;
    private static final int FIXED_NEWSTYLE = 1;
    private static final int NO_ZEROES = 2;
    private static final int OPTION_GO = 7;
    private static final int REPLY_ACK = 1;
    private static final int REPLY_INFO = 3;
    private static final int REPLY_BYTES_MAX = 64 << 10;

    private final ByteChannel channel;

    NbdGreeting(ByteChannel channel) {
        this.channel = channel;
    }

    NbdExport choose(String name) throws IOException {
        ByteBuffer greeting = take(18);
        if (greeting.getLong() != GREETING_MAGIC || greeting.getLong() != OPTION_MAGIC) {
            throw new IOException("this is no NBD server of the newstyle handshake");
        }
        int flags = greeting.getShort() & (FIXED_NEWSTYLE | NO_ZEROES);
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer go = ByteBuffer.allocate(26 + bytes.length);
        go.putInt(flags).putLong(OPTION_MAGIC).putInt(OPTION_GO).putInt(6 + bytes.length);
        go.putInt(bytes.length).put(bytes).putShort((short) 0);
        put(go.flip());
        return export(name);
    }

    private NbdExport export(String name) throws IOException {
        NbdExport found = null;
        while (true) {
            ByteBuffer head = take(20);
            if (head.getLong() != REPLY_MAGIC || head.getInt() != OPTION_GO) {
                throw new IOException("the NBD server broke the handshake");
            }
            int type = head.getInt();
            int length = head.getInt();
            if (length < 0 || length > REPLY_BYTES_MAX) {
                throw new IOException("the NBD server sent an option reply of " + length);
            }
            ByteBuffer data = take(length);
            if (type == REPLY_ACK && found != null) {
                return found;
            }
            if (type == REPLY_INFO && length == 12 && data.getShort() == 0) {
                found = new NbdExport(data.getLong(), data.getShort() & 0xffff);
            } else if (type < 0) {
                throw new IOException(
                        "the NBD server refused the export '"
                                + name
                                + "': error "
                                + (type & 0xffff)
                                + " "
                                + StandardCharsets.UTF_8.decode(data));
            }
        }
    }

    private ByteBuffer take(int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        readFully(channel, bytes);
        return bytes.flip();
    }

    private void put(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    static void readFully(ByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new EOFException("the NBD server closed the connection");
            }
        }
    }
}
