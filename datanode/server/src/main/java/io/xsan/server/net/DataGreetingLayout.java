package io.xsan.server.net;

/**
 * How a connection in clear is greeted before its first frame, where encryption is limited to the
 * authentication. Little-endian.
 *
 * <pre>
 *   who dials    0        4         8        24      40     72
 *                | magic  | version | ticket | nonce | MAC  |
 *   who accepts  0        4         8      40
 *                | magic  | version | MAC  |
 * </pre>
 *
 * Ticket and key of the MACs (HMAC-SHA256) are exported from the TLS session of the control
 * connection. The first MAC covers "dial" and bytes 8 to 39, the second "accept" and the same
 * bytes.
 */
final class DataGreetingLayout {
    /** "XSDG". */
    static final int MAGIC = 0x47445358;

    static final int VERSION = 1;
    static final int TICKET_OFFSET = 8;
    static final int TICKET_BYTES = 16;
    static final int NONCE_BYTES = 16;
    static final int MAC_BYTES = 32;
    static final int DIAL_MAC_OFFSET = TICKET_OFFSET + TICKET_BYTES + NONCE_BYTES;
    static final int DIAL_BYTES = DIAL_MAC_OFFSET + MAC_BYTES;
    static final int ACCEPT_MAC_OFFSET = 8;
    static final int ACCEPT_BYTES = ACCEPT_MAC_OFFSET + MAC_BYTES;

    private DataGreetingLayout() {}
}
