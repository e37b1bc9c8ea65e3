package io.xsan.server.net;

import io.xsan.base.InvariantViolation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/**
 * What the TLS handshake of a control connection gives both its ends, and nobody else: the right to
 * make one connection in clear between the same two.
 */
final class DataTicket {
    private static final String ALGORITHM = "HmacSHA256";
    private static final String LABEL_TICKET = "EXPORTER-xsan-data-ticket";
    private static final String LABEL_KEY = "EXPORTER-xsan-data-key";
    private static final int KEY_BYTES = 32;

    private final byte[] id;
    private final byte[] key;

    DataTicket(byte[] id, byte[] key) {
        this.id = id.clone();
        this.key = key.clone();
    }

    /** The ticket of a finished handshake; empty if the session cannot export. */
    static Optional<DataTicket> of(SSLSession session) {
        if (!(session instanceof ExtendedSSLSession extended)) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new DataTicket(
                            extended.exportKeyingMaterialData(
                                    LABEL_TICKET, null, DataGreetingLayout.TICKET_BYTES),
                            extended.exportKeyingMaterialData(LABEL_KEY, null, KEY_BYTES)));
        } catch (SSLException | UnsupportedOperationException | IllegalStateException e) {
            return Optional.empty();
        }
    }

    /** Names the ticket; not a secret. */
    String name() {
        return HexFormat.of().formatHex(id);
    }

    /** The name of the ticket that a greeting of who dials claims to have. */
    static Optional<String> nameIn(byte[] greeting) {
        ByteBuffer in = ByteBuffer.wrap(greeting).order(ByteOrder.LITTLE_ENDIAN);
        boolean isOurs =
                greeting.length == DataGreetingLayout.DIAL_BYTES
                        && in.getInt() == DataGreetingLayout.MAGIC
                        && in.getInt() == DataGreetingLayout.VERSION;
        return isOurs
                ? Optional.of(
                        HexFormat.of()
                                .formatHex(
                                        greeting,
                                        DataGreetingLayout.TICKET_OFFSET,
                                        DataGreetingLayout.TICKET_OFFSET
                                                + DataGreetingLayout.TICKET_BYTES))
                : Optional.empty();
    }

    /** The greeting of who dials. */
    byte[] greeting(byte[] nonce) {
        ByteBuffer out = frame(DataGreetingLayout.DIAL_BYTES).put(id).put(nonce);
        return out.put(mac("dial", out.array())).array();
    }

    /** True if {@code greeting} was made with this ticket. */
    boolean proves(byte[] greeting) {
        byte[] named =
                Arrays.copyOfRange(
                        greeting,
                        DataGreetingLayout.DIAL_MAC_OFFSET,
                        DataGreetingLayout.DIAL_BYTES);
        return nameIn(greeting).filter(name()::equals).isPresent()
                && MessageDigest.isEqual(named, mac("dial", greeting));
    }

    /** The answer of who accepts to a greeting. */
    byte[] answer(byte[] greeting) {
        return frame(DataGreetingLayout.ACCEPT_BYTES).put(mac("accept", greeting)).array();
    }

    /** True if {@code answer} is that of who has this ticket, to this greeting. */
    boolean proves(byte[] greeting, byte[] answer) {
        return MessageDigest.isEqual(answer, answer(greeting));
    }

    private static ByteBuffer frame(int bytes) {
        return ByteBuffer.allocate(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(DataGreetingLayout.MAGIC)
                .putInt(DataGreetingLayout.VERSION);
    }

    private byte[] mac(String side, byte[] greeting) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            mac.update(side.getBytes(StandardCharsets.US_ASCII));
            mac.update(
                    greeting,
                    DataGreetingLayout.TICKET_OFFSET,
                    DataGreetingLayout.DIAL_MAC_OFFSET - DataGreetingLayout.TICKET_OFFSET);
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new InvariantViolation("every JDK has " + ALGORITHM + ": " + e.getMessage());
        }
    }
}
